"""Logging what a colleague did with a contact outside a follow-up: a call, a meeting, an e-mail, a message."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from crm.access import events_for
from crm.api.auth import Token, caller
from crm.api.contact_parts import NEWEST, Part, happening_out
from crm.api.contact_shapes import HappeningOut, Timeline
from crm.api.contacts import one as one_contact
from crm.api.problems import invalid
from crm.api.shapes import Body, Id, Moment
from crm.pagination import page
from followups.api.shapes import Slug
from followups.logging_contact import KINDS, Logged, UnknownOutcome, log_contact

router = Router(tags=["Contacts"])


class NewLog(Body):
    kind: Literal["call", "meeting", "email", "message"]
    direction: Literal["in", "out"] = "out"
    outcome: Slug = Field(description="An outcome's slug, as for follow-ups")
    notes: str = Field("", max_length=20_000)
    duration_minutes: Annotated[int, Field(ge=0, le=86_400)] | None = None
    occurred_at: Moment | None = Field(None, description="Left out: now")


@router.get("/contacts/{int:contact_id}/events", auth=Token("contacts:read", "contacts.view"), response=Timeline)
def logged_events(request: HttpRequest, contact_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """Calls, meetings, e-mails and messages that were logged, newest first."""
    rows = events_for(caller(request)).filter(contact=one_contact(request, contact_id), kind__in=KINDS.values())
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [happening_out(event) for event in items], "next": after}


@router.post(
    "/contacts/{int:contact_id}/events", auth=Token("contacts:write", "contacts.edit"), response={201: HappeningOut}
)
def log_event(request: HttpRequest, contact_id: Id, body: NewLog) -> Status[dict[str, Any]]:
    """Log a call or another contact. Reaching the person counts as real contact, trying in vain as an attempt."""
    now = timezone.now()
    if body.occurred_at is not None and body.occurred_at > now:
        raise invalid([("occurred_at", "This lies in the future; plan a follow-up instead.")])
    said = Logged(body.kind, body.direction, body.outcome, body.notes, body.duration_minutes, body.occurred_at or now)
    try:
        event_id = log_contact(one_contact(request, contact_id), said, by=caller(request), now=now)
    except UnknownOutcome as problem:
        raise invalid([("outcome", str(problem))]) from None
    return Status(201, happening_out(events_for(caller(request)).get(pk=event_id)))
