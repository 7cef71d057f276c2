"""Answering what somebody did: the page they came from with a word and an undo, or the changed rows for HTMX."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from crm.results import Result
from crm.views.asking import back
from crm.views.guard import PersonRequest
from crm.zones import zone
from followups.access import followups_for
from followups.reading.rows import rows_of
from followups.reading.sentences import plural


def say(request: PersonRequest, result: Result, said: str) -> None:
    """Leave a message about what was done and what was not; with an undo where there is one."""
    if result.done:
        undo = f"undo:/undo/{result.undo_id}/" if result.undo_id else ""
        messages.success(request, said, extra_tags=undo)
    if suggestion := getattr(result, "suggestion", ""):
        messages.info(request, suggestion)
    if result.refused:
        reasons = list(dict.fromkeys(result.refused.values()))
        messages.warning(request, " ".join(reasons[:3]))
    if result.stale:
        messages.error(request, "Somebody changed it meanwhile, so nothing was done. Look at it as it is now.")


def answer(
    request: PersonRequest, result: Result, said: str, now: datetime, fallback: str = "/followups/"
) -> HttpResponse:
    """Say it, and go back to where it was asked; HTMX gets the changed rows and the words instead."""
    say(request, result, said)
    if not request.htmx:
        return HttpResponseRedirect(back(request, fallback))
    ids = [*result.done, *result.refused, *result.stale]
    rows = rows_of(followups_for(request.user).filter(pk__in=ids).order_by("pk"), now, zone(request.user.time_zone))
    return render(request, "followups/_changed.html", {"rows": rows, "may_edit": True})


def counted(result: Result, verb: str, subject: str) -> str:
    """ "Snoozed “Call Maria”", or "Snoozed 12 follow-ups"."""
    return f"{verb} “{subject}”" if len(result.done) == 1 else f"{verb} {plural(len(result.done), 'follow-up')}"
