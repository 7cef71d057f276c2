"""Completing one follow-up: what came of it, what to remember, and what comes next for the client."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from crm.zones import zone
from followups import transitions
from followups.changing import Result
from followups.completing import outcomes_for
from followups.creating import NewFollowUp, create
from followups.forms import CompleteForm
from followups.lifecycle import BadChange
from followups.models import Outcome
from followups.reading.following import templates_for
from followups.reading.likely import likely
from followups.reading.rows import Row
from followups.reading.sentences import when_said
from followups.reminder_plans import ReminderPlan
from followups.views.answering import answer
from followups.views.finding import one, row_or_404

#: What one click means, where nobody was asked: it was done, no more.
QUICK = ("done", "spoke")


@require_http_methods(["GET", "HEAD", "POST"])
@may("followups.edit")
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask how it went, or complete: a POST that names no outcome means "done"."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    offered = outcomes_for(row["type_id"])
    form = CompleteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        outcome = form.cleaned_data["outcome"] or quick_outcome(offered)
        try:
            result = finish(request.user, row, outcome, form.cleaned_data, now)
        except BadChange as problem:
            form.add_error(None, str(problem))
        else:
            if result.stale:
                return ask(request, row, form, offered, now, stale=True)
            label = next((known.label for known in offered if known.slug == outcome), outcome)
            return follow(request, row, result, f"Completed “{row['subject']}” · {label.lower()}", form, now)
    return ask(request, row, form, offered, now)


def quick_outcome(offered: list[Outcome]) -> str:
    """The plain outcome among those offered: "done", else the first."""
    slugs = [known.slug for known in offered]
    return next((slug for slug in QUICK if slug in slugs), slugs[0] if slugs else "done")


def finish(user: User, row: Row, outcome: str, asked: dict[str, Any], now: datetime) -> Result:
    """Complete it and make what was chosen to come next, both or neither. Raises BadChange."""
    with transaction.atomic():
        result = transitions.complete(
            one(user, row["id"]), by=user, now=now, outcome=outcome, notes=asked.get("notes", ""),
            duration_minutes=asked.get("duration_minutes"), version=asked.get("version"),
        )  # fmt: skip
        if result.done and (template := ids_in(asked.get("then", ""))[:1]):
            made_from(user, row, template[0], now)
    return result


def made_from(user: User, row: Row, template_id: int, now: datetime) -> None:
    """Make the next follow-up from a template, for whom this one was, in the same deal and with the same person."""
    for template in templates_for(user, row, now, zone_name=user.time_zone):
        if template.id == template_id:
            plans = [ReminderPlan(before_minutes=minutes) for minutes in template.reminders]
            create(
                [
                    NewFollowUp(
                        contact_id=row["contact_id"], partner_id=row["partner_id"], deal_id=row["deal_id"], subject=template.subject, type_id=template.type_id,
                        due=template.due, assignee_id=row["assignee_id"], priority=template.priority,
                        description=template.description, reminders=plans or None, template_id=template.id,
                    )
                ],
                by=user, now=now,
            )  # fmt: skip


def ask(
    request: PersonRequest, row: Row, form: CompleteForm, offered: list[Outcome], now: datetime, *, stale: bool = False
) -> HttpResponse:
    """Show the question, with what was typed so far and what could come next."""
    user = request.user
    then = [one for one in templates_for(user, row, now, zone_name=user.time_zone) if one.suits][:3]
    few, rest = likely(offered, row["type__channel"])
    shown = {
        "f": row,
        "form": form,
        "likely": few,
        "rest": rest,
        "then": [
            (template, when_said(template.due.at or template.due.on, now, zone(user.time_zone))) for template in then
        ],
        "stale": stale,
        "next": back(request, ""),
    }
    return render(request, "followups/complete.html", shown, status=409 if stale else 422 if form.is_bound else 200)


def follow(
    request: PersonRequest, row: Row, result: Result, said: str, form: CompleteForm, now: datetime
) -> HttpResponse:
    """Go back with the word of it; or on to the form of the next follow-up, when another one was wanted."""
    response = answer(request, result, said, now)
    if form.cleaned_data.get("then") == "other" and result.done:
        whom = f"contact={row['contact_id'] or ''}&partner={row['partner_id'] or ''}"
        return HttpResponseRedirect(f"/followups/new/?{whom}&after={row['id']}")
    if not result.done and not result.refused:
        messages.error(request, "Nothing was changed.")
    return response
