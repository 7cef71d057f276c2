"""Everybody who stands still in any automation, in one place, and what can be done to them (D13)."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from automation.reading.parked import parked_for, parked_page
from automation.views.people import VERBS
from crm.views.answering import counted, say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may

HERE = "/automations/parked/"
OFFERED = ("retry", "skip", "stop")


@may("automations.view")
@may("contacts.view")
@require_safe
def parked_list(request: PersonRequest) -> HttpResponse:
    """Show them, the newest first, each with the reason."""
    page = parked_page(request.user, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    offered = OFFERED if request.user.can("automations.enroll") else ()
    return render(request, "automation/parked.html", {"page": page, "offered": offered, "here": HERE})


@require_POST
@may("automations.enroll")
@may("contacts.view")
def parked_do(request: PersonRequest, verb: str) -> HttpResponse:
    """Do something to the chosen, or to all of them, and go back."""
    if verb not in OFFERED:
        raise Http404("There is nothing like that to be done.")
    chosen = parked_for(request.user)
    if request.POST.get("all") != "1":
        chosen = chosen.filter(pk__in=ids_in(",".join(request.POST.getlist("ids"))))
    does, words = VERBS[verb]
    result = does(chosen, by=request.user, now=timezone.now())
    say(request, result, words.format(counted(len(result.done))))
    return HttpResponseRedirect(back(request, HERE))
