"""The transitions of a follow-up over the API; each answers with the follow-up as it then is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from crm.api.auth import Token, caller
from crm.api.contact_parts import note_out
from crm.api.contact_shapes import NoteOut
from crm.api.contacts import one as one_contact
from crm.api.problems import invalid
from crm.api.shapes import Id
from crm.notes import BadNote, add_note
from followups import transitions
from followups.access import followups_for
from followups.api.reading import one, router
from followups.api.shapes import (
    Assignment,
    Cancellation,
    Completion,
    FollowUpOut,
    NewDue,
    Pinning,
    QuickNote,
    Snooze,
    Versioned,
    due_of,
    followup_out,
)
from followups.api.writing import WRITE, insist, on_field, one_after, person


def moved(request: HttpRequest, followup_id: int, move: str, body: Versioned, **how: Any) -> dict[str, Any]:
    """Make the move and return the follow-up. Raises Problem 404, 409 or 422."""
    this = followups_for(caller(request)).filter(pk=followup_id)
    with on_field(next(iter(how), "version")):
        result = getattr(transitions, move)(this, by=caller(request), now=timezone.now(), version=body.version, **how)
    insist(request, result, followup_id)
    return followup_out(one_after(followup_id))


@router.post("/followups/{int:followup_id}/start", auth=WRITE, response=FollowUpOut)
def start_followup(request: HttpRequest, followup_id: Id, body: Versioned | None = None) -> dict[str, Any]:
    """Say that you are at it."""
    return moved(request, followup_id, "start", body or Versioned())


@router.post("/followups/{int:followup_id}/complete", auth=WRITE, response=FollowUpOut)
def complete_followup(request: HttpRequest, followup_id: Id, body: Completion) -> dict[str, Any]:
    """Finish it with its outcome."""
    how = body.model_dump(include={"outcome", "notes", "duration_minutes"})
    return moved(request, followup_id, "complete", body, **how)


@router.post("/followups/{int:followup_id}/cancel", auth=WRITE, response=FollowUpOut)
def cancel_followup(request: HttpRequest, followup_id: Id, body: Cancellation | None = None) -> dict[str, Any]:
    """End it undone."""
    body = body or Cancellation()
    return moved(request, followup_id, "cancel", body, reason=body.reason)


@router.post("/followups/{int:followup_id}/reopen", auth=WRITE, response=FollowUpOut)
def reopen_followup(request: HttpRequest, followup_id: Id, body: Versioned | None = None) -> dict[str, Any]:
    """Take an ended one back onto the list."""
    return moved(request, followup_id, "reopen", body or Versioned())


@router.post("/followups/{int:followup_id}/reschedule", auth=WRITE, response=FollowUpOut)
def reschedule_followup(request: HttpRequest, followup_id: Id, body: NewDue) -> dict[str, Any]:
    """Give it a new due time."""
    with on_field("due_at"):
        due = due_of(body.due_at)
    return moved(request, followup_id, "reschedule", body, due=due)


@router.post("/followups/{int:followup_id}/snooze", auth=WRITE, response=FollowUpOut)
def snooze_followup(request: HttpRequest, followup_id: Id, body: Snooze) -> dict[str, Any]:
    """Keep it quiet; the due time stays."""
    until = body.until or timezone.now() + timedelta(minutes=body.minutes or 0)
    return moved(request, followup_id, "snooze", body, until=until)


@router.post("/followups/{int:followup_id}/assign", auth=WRITE, response=FollowUpOut)
def assign_followup(request: HttpRequest, followup_id: Id, body: Assignment) -> dict[str, Any]:
    """Give it to a colleague."""
    one(request, followup_id)
    return moved(request, followup_id, "delegate", body, to=person(request, body.assignee), because=body.because)


@router.post("/followups/{int:followup_id}/pin", auth=WRITE, response=FollowUpOut)
def pin_followup(request: HttpRequest, followup_id: Id, body: Pinning | None = None) -> dict[str, Any]:
    """Keep it on top, or no longer."""
    body = body or Pinning()
    return moved(request, followup_id, "pin", body, pinned=body.pinned)


@router.post(
    "/followups/{int:followup_id}/notes",
    auth=Token("followups:write", "contacts.edit"),
    response={201: NoteOut},
)
def note_on_followup(request: HttpRequest, followup_id: Id, body: QuickNote) -> Status[dict[str, Any]]:
    """Write a quick note on the follow-up's contact."""
    contact_id = one(request, followup_id).contact_id
    if contact_id is None:
        raise invalid([("text", "It concerns a partner alone, and notes are kept with a contact.")])
    contact = one_contact(request, contact_id)
    try:
        note = add_note(contact, by=caller(request), now=timezone.now(), body=body.text)
    except BadNote as problem:
        raise invalid([("text", str(problem))]) from None
    return Status(201, note_out(note))
