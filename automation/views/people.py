"""The people of an automation: who is inside, who left and why, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from automation.access import enrollments_for
from automation.engine.state import STOP_REASONS
from automation.models import AutomationState
from automation.reading.people import GROUPS, offered, people_of, people_page, steps_of, wanted_by
from automation.reading.round import round_of
from automation.stopping import pause, resume, retry, skip, stop
from automation.views.frame import automation_or_404, framed
from crm.access import contacts_for
from crm.results import Result
from crm.views.answering import counted, say
from crm.views.asking import BIGGEST, back, ids_in
from crm.views.guard import PersonRequest, may

#: The verbs of the page: what is done, and how it is said.
VERBS: dict[str, tuple[Callable[..., Result], str]] = {
    "stop": (stop, "Stopped {}"),
    "pause": (pause, "Paused {}"),
    "resume": (resume, "{} go on"),
    "retry": (retry, "Tried again for {}"),
    "skip": (skip, "Skipped the step for {}"),
}


@may("automations.view")
@may("contacts.view")
@require_safe
def people_page_view(request: PersonRequest, pk: int) -> HttpResponse:
    """Show who is inside, or another group of people, the newest first."""
    automation = automation_or_404(request, pk)
    given = request.GET
    wanted = wanted_by(given.dict())
    page = people_page(request.user, automation, wanted, after=given.get("after", ""), before=given.get("before", ""))
    may_put = request.user.can("automations.enroll") and automation.state == AutomationState.ACTIVE
    may_put = may_put and not wanted.status and not wanted.step
    shown = framed(
        request, automation, "people",
        page=page, wanted=wanted, groups=GROUPS, steps=steps_of(automation), reasons=STOP_REASONS,
        offered=offered(wanted) if request.user.can("automations.enroll") else [],
        may_put=may_put,
        contacts=[(one.pk, one.name) for one in contacts_for(request.user).active().order_by("-pk")[:50]] if may_put else [],
    )  # fmt: skip
    return render(request, "automation/people.html", shown)


@may("automations.view")
@may("contacts.view")
@require_safe
def round_page(request: PersonRequest, pk: int, enrollment: int) -> HttpResponse:
    """Show one round of one person: every step, with its reason and what came of it."""
    automation = automation_or_404(request, pk)
    walked = round_of(request.user, automation.pk, enrollment if enrollment <= BIGGEST else 0)
    if walked is None:
        raise Http404("Nobody like that is here.")
    return render(request, "automation/round.html", framed(request, automation, "people", walked=walked))


@require_POST
@may("automations.enroll")
@may("contacts.view")
def people_do(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """Do something to the chosen, or to all of the list, and go back."""
    automation = automation_or_404(request, pk)
    if verb not in VERBS:
        raise Http404("There is nothing like that to be done.")
    if request.POST.get("all") == "1":
        chosen = people_of(request.user, automation, wanted_by(request.POST.dict()))
    else:
        ids = ids_in(",".join(request.POST.getlist("ids")))
        chosen = enrollments_for(request.user).filter(automation=automation, pk__in=ids)
    does, words = VERBS[verb]
    result = does(chosen, by=request.user, now=timezone.now())
    say(request, result, words.format(counted(len(result.done))))
    return HttpResponseRedirect(back(request, f"/automations/{pk}/people/"))
