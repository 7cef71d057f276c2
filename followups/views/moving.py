"""What is done to one follow-up with a button: start, snooze, reschedule, delegate, cancel, reopen, pin, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.results import Result
from crm.views.asking import back
from crm.views.guard import PersonRequest, may
from crm.zones import zone
from followups import transitions
from followups.due import Due
from followups.escalation import acknowledge
from followups.forms import CancelForm, DelegateForm, RescheduleForm, SnoozeForm, due_initial
from followups.lifecycle import BadChange
from followups.models import Priority
from followups.reading.loads import loads
from followups.reading.moments import day_offers, snooze_offers
from followups.reading.sentences import when_said
from followups.views.answering import answer
from followups.views.finding import one, row_or_404

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


def _do(request: PersonRequest, pk: int, verb: Callable[..., Result], said: str, **given: Any) -> HttpResponse:
    """Let a verb work on the one follow-up and say so; a sentence of refusal is said too."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    try:
        result = verb(one(request.user, pk), by=request.user, now=now, **given)
    except BadChange as problem:
        messages.error(request, str(problem))
        result = Result()
    return answer(request, result, said.replace("{subject}", row["subject"]), now, f"/followups/{pk}/")


@require_POST
@may("followups.edit")
def start(request: PersonRequest, pk: int) -> HttpResponse:
    return _do(request, pk, transitions.start, "Started “{subject}”")


@require_POST
@may("followups.edit")
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    return _do(request, pk, transitions.reopen, "“{subject}” is open again")


@require_POST
@may("followups.edit")
def wake(request: PersonRequest, pk: int) -> HttpResponse:
    return _do(request, pk, transitions.wake, "“{subject}” is back on the list")


@require_POST
@may("followups.edit")
def pin(request: PersonRequest, pk: int) -> HttpResponse:
    pinned = request.POST.get("pinned") != "no"
    return _do(
        request,
        pk,
        transitions.pin,
        "Pinned “{subject}”" if pinned else "“{subject}” is no longer pinned",
        pinned=pinned,
    )


@require_POST
@may("followups.edit")
def prioritise(request: PersonRequest, pk: int) -> HttpResponse:
    wanted = request.POST.get("priority", "")
    label = dict(Priority.choices).get(wanted, wanted).lower()
    return _do(request, pk, transitions.set_priority, "“{subject}” is now " + f"{label} priority", priority=wanted)


@require_POST
@may("followups.delete")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Put it into the bin. Its own page is gone then, so that is no place to go back to."""
    response = _do(request, pk, transitions.delete, "Deleted “{subject}”")
    if response.get("Location", "").startswith(f"/followups/{pk}/"):
        response["Location"] = "/followups/"
    return response


@ask_or_do
@may("followups.edit")
def snooze(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask until when, or snooze: a bare POST means tomorrow morning."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    zone_name = request.user.time_zone
    form = SnoozeForm(request.POST if request.method == "POST" else None, zone_name=zone_name, now=now)
    if form.is_bound and form.is_valid():
        try:
            result = transitions.snooze(
                one(request.user, pk), by=request.user, now=now, until=form.cleaned_data["moment"]
            )
        except BadChange as problem:
            form.add_error("day", str(problem))
        else:
            until = when_said(form.cleaned_data["moment"], now, zone(zone_name))
            return answer(request, result, f"Snoozed “{row['subject']}” until {until}", now)
    shown = {"f": row, "form": form, "offers": snooze_offers(now, zone_name), "next": back(request, "")}
    return render(request, "followups/snooze.html", shown, status=422 if form.is_bound else 200)


@ask_or_do
@may("followups.edit")
def reschedule(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a new due date, or give it."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    zone_name = request.user.time_zone
    start_with = due_initial(Due(on=row["due_on"], at=row["due_at"]), zone_name) | {"version": row["version"]}
    form = RescheduleForm(request.POST if request.method == "POST" else None, initial=start_with, zone_name=zone_name)
    stale = False
    if form.is_bound and form.is_valid():
        due, version = form.cleaned_data["due"], form.cleaned_data["version"]
        result = transitions.reschedule(one(request.user, pk), by=request.user, now=now, due=due, version=version)
        stale = bool(result.stale)
        if not stale:
            words = when_said(due.at or due.on, now, zone(zone_name))
            return answer(request, result, f"“{row['subject']}” is now due {words}", now)
    shown = {"f": row, "form": form, "stale": stale, "offers": day_offers(now, zone_name), "next": back(request, "")}
    return render(request, "followups/reschedule.html", shown, status=409 if stale else 422 if form.is_bound else 200)


@ask_or_do
@may("followups.assign")
def delegate(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask to whom, with what each carries, or give it."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    form = DelegateForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        to, because = form.cleaned_data["to"], form.cleaned_data["because"]
        try:
            result = transitions.delegate(one(request.user, pk), by=request.user, now=now, to=to, because=because)
        except BadChange as problem:
            form.add_error("to", str(problem))
        else:
            return answer(request, result, f"Gave “{row['subject']}” to {to.name}", now)
    shown = {"f": row, "form": form, "loads": loads(request.user, now), "next": back(request, "")}
    return render(request, "followups/delegate.html", shown, status=422 if form.is_bound else 200)


@ask_or_do
@may("followups.edit")
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask why, or cancel."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        result = transitions.cancel(one(request.user, pk), by=request.user, now=now, reason=form.cleaned_data["reason"])
        return answer(request, result, f"Cancelled “{row['subject']}”", now)
    return render(
        request,
        "followups/cancel.html",
        {"f": row, "form": form, "next": back(request, "")},
        status=422 if form.is_bound else 200,
    )


@require_POST
@may("followups.edit")
def acknowledge_it(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that one sees to it: nobody further up is told."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    if acknowledge(one(request.user, pk), by=request.user, now=now):
        messages.success(request, f"You see to “{row['subject']}”; nobody further is told")
    else:
        messages.warning(request, "Nobody was being told about it any more.")
    return answer(request, Result(), "", now, f"/followups/{pk}/")
