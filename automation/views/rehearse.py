"""Rehearsing an automation on a page: whom, from when on, what is supposed; and what would then happen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from automation.reading.rehearsal_days import days_of
from automation.sandbox.asking import asked_of, definition_of
from automation.sandbox.exploring import follow_every_branch
from automation.sandbox.letters import keep, kept
from automation.sandbox.rehearsing import CannotRehearse, rehearse
from automation.sandbox.replay import replay
from automation.sandbox.what_ifs import BadWhatIf
from automation.views.frame import automation_or_404, framed
from automation.views.rehearse_form import form_of, read_form
from crm.access import contacts_for
from crm.models import Contact
from crm.views.asking import ids_in
from crm.views.guard import PersonRequest, may
from messaging.views.messages import BODY_POLICY

#: Seconds that a page waits for the look back.
PATIENCE = 8.0


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.view")
@may("contacts.view")
def rehearse_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a contact, a start and suppositions; take them through, and show every step of it. Nothing of it stays."""
    automation = automation_or_404(request, pk)
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    chosen = contacts_for(request.user).filter(pk__in=ids_in(given.get("contact", ""), 1)).first()
    shown: dict[str, Any] = {
        "form": form_of(given, automation, now),
        "chosen": chosen,
        "problem": "",
        "runs": [],
        "titles": {},
    }
    try:
        if request.method == "POST":
            shown |= _run(request, automation, chosen, now)
        elif given.get("replay"):
            definition, _ = definition_of(automation, given.get("which", ""))
            shown["replay"] = replay(definition, automation.pk, request.user, now=now, patience=PATIENCE)
    except BadWhatIf as bad:
        shown["form"].problems = bad.problems
    except CannotRehearse as problem:
        shown["problem"] = str(problem)
    shown["contacts"] = [(one.pk, one.name) for one in contacts_for(request.user).active().order_by("-pk")[:50]]
    status = 422 if request.method == "POST" and not shown["runs"] else 200
    return render(request, "automation/rehearse.html", framed(request, automation, "rehearse", **shown), status=status)


def _run(request: PersonRequest, automation: Any, chosen: Contact | None, now: datetime) -> dict[str, Any]:
    if chosen is None:
        raise CannotRehearse("Choose the contact to rehearse with.")
    wanted = read_form(request.POST, now)
    asked = asked_of(automation, chosen, start=wanted.start, what_ifs=wanted.what_ifs, which=wanted.which)
    runs, left_out = follow_every_branch(asked) if wanted.every_branch else ([rehearse(asked)], 0)
    titles = {step.id: step.title for step in asked.definition.steps}
    return {
        "runs": [(run, days_of(run, timezone.get_current_timezone())) for run in runs],
        "left_out": left_out,
        "titles": titles,
        "letters": keep(request.user.pk, runs),
    }


@require_GET
@xframe_options_sameorigin
@may("automations.view")
def letter(request: PersonRequest, pk: int, name: str, message: int) -> HttpResponse:
    """Serve a rehearsed mail, for a frame, to whoever rehearsed it."""
    automation_or_404(request, pk)
    html = kept(request.user.pk, name, message)
    if html is None:
        raise Http404("This rehearsal is over. Run it again.")
    response = HttpResponse(html)
    response["Content-Security-Policy"] = BODY_POLICY.format("data: https:")
    response["Referrer-Policy"] = "no-referrer"
    return response
