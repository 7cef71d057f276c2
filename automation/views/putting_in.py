"""Putting contacts into an automation: ticked in the list, all that match its filter, or one from its own page."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from automation.access import automations_for
from automation.enrolling import PutIn, put_in
from automation.models import AutomationState
from crm.access import contacts_for
from crm.filters import apply
from crm.models import User
from crm.models.contact import ContactQuerySet
from crm.views.answering import counted
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may

#: How many at once; so many that the page still answers in seconds.
MOST = 5_000


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.enroll")
def put_in_page(request: PersonRequest) -> HttpResponse:
    """Ask into which, then put them in. The bar of the list of contacts posts here too."""
    given, now = request.POST if request.method == "POST" else request.GET, timezone.now()
    picked = _picked(request.user, given, now)
    number = picked.order_by()[: MOST + 1].count()
    home = back(request, "/contacts/")
    if number > MOST:
        messages.error(request, f"Up to {MOST:,} at once; narrow the filter.")
        return HttpResponseRedirect(home)
    active = automations_for(request.user).filter(state=AutomationState.ACTIVE).order_by("name", "pk")
    chosen = active.filter(pk__in=ids_in(given.get("automation", ""))[:1]).first() if given.get("automation") else None
    if chosen is not None and number and request.method == "POST":
        _say(request, put_in(chosen, picked, by=request.user, now=now, deliberate=True), chosen.name)
        return HttpResponseRedirect(home)
    shown = {
        "automations": list(active.values("pk", "name", "description")[:200]),
        "number": number,
        "who": picked.order_by("pk").first() if number == 1 else None,
        "home": home,
        "given": {name: given.getlist(name) for name in ("ids", "contact", "all", "query")},
    }
    wrong = request.method == "POST" and not number
    return render(request, "automation/put_in.html", shown, status=422 if wrong else 200)


def _say(request: PersonRequest, done: PutIn, name: str) -> None:
    """One message for those who are in, and one with the reasons for the others."""
    if done.entered:
        messages.success(request, f"Put {counted(len(done.entered))} into “{name}”")
    if done.refused:
        why = " ".join(list(dict.fromkeys(done.refused.values()))[:3])
        messages.warning(request, f"{counted(len(done.refused))} did not enter “{name}”. {why}")


def _picked(user: User, given: QueryDict, now: datetime) -> ContactQuerySet:
    mine = contacts_for(user)
    if given.get("all"):
        return apply(mine, QueryDict(given.get("query", "")), user, now).contacts
    return mine.filter(pk__in=ids_in(",".join([*given.getlist("ids"), *given.getlist("contact")]), MOST + 1))
