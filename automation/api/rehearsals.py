"""Rehearsing over the API: one contact through an automation in simulated time; nothing of it stays (D8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from automation.access import automations_for
from automation.sandbox.asking import asked_of
from automation.sandbox.exploring import follow_every_branch
from automation.sandbox.rehearsing import CannotRehearse, rehearse
from automation.sandbox.timeline import as_data
from automation.sandbox.what_ifs import BadWhatIf, read_what_ifs
from crm.access import contacts_for
from crm.api.auth import Token, caller, require, require_scope
from crm.api.problems import invalid, not_found
from crm.api.shapes import Body, Id

router = Router(tags=["Automations"])
REHEARSE = Token("automations:read", "automations.view")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class RehearsalIn(Body):
    """Whom to take through, from when on, and what is supposed to happen. Without events nobody does anything."""

    contact: int = Field(ge=1, le=2**62)
    start_at: datetime | None = Field(None, description="Now, unless said; without an offset it is UTC")
    events: list[dict[str, Any]] = Field([], max_length=50, description="As docs/rehearsal.md says")
    version: Literal["", "draft", "live"] = Field("", description="The draft where there is one, unless said")
    about: str = Field("", max_length=40, description="The record they are in for, as invoice:12")
    every_branch: bool = False


class MessageOut(Schema):
    message_id: int
    channel: str
    to: str
    subject: str
    text: str
    html: str
    verdict: str = Field(description="sent, held, not sent or failed")
    why: str
    written_at: datetime
    leaves_at: datetime | None


class LineOut(Schema):
    at: datetime
    kind: str
    title: str
    why: str
    step: str
    way: str
    way_label: str
    until: datetime | None
    preview: MessageOut | None
    data: dict[str, Any]


class RunOut(Schema):
    contact_id: int
    version: int
    start: datetime
    outcome: str = Field(description="The status in which it ended")
    because: str
    ended_at: datetime | None
    cut: str = Field(description="Why it was not followed to the end; empty where it was")
    beware: list[str]
    forced: dict[str, str]
    lines: list[LineOut]


class RehearsalOut(Schema):
    runs: list[RunOut]
    left_out: int


@router.post("/automations/{int:automation_id}/simulate", auth=REHEARSE, response=RehearsalOut)
def simulate_automation(request: HttpRequest, automation_id: Id, body: RehearsalIn) -> dict[str, Any]:
    """Take a contact through in simulated time. Nothing leaves and nothing stays."""
    for scope in ("messages:read", "contacts:read"):  # it says what would be written to whom
        require_scope(request, scope)
    require(request, "contacts.view")
    automation = automations_for(caller(request)).select_related("live").filter(pk=automation_id).first()
    if automation is None:
        raise not_found()
    contact = contacts_for(caller(request)).filter(pk=body.contact).first()
    if contact is None:
        raise invalid([("contact", "There is no such contact, or you may not see it.")])
    start = body.start_at or timezone.now()
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise invalid([("start_at", f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.")])
    start = timezone.make_aware(start, timezone.get_fixed_timezone(0)) if start.utcoffset() is None else start
    try:
        what_ifs = read_what_ifs(body.events)
        asked = asked_of(automation, contact, start=start, what_ifs=what_ifs, which=body.version, about=body.about)
        runs, left_out = follow_every_branch(asked) if body.every_branch else ([rehearse(asked)], 0)
    except BadWhatIf as bad:
        raise invalid([(f"events.{place}".rstrip("."), sentence) for place, sentence in bad.problems]) from None
    except CannotRehearse as problem:
        raise invalid([("version", str(problem))]) from None
    return {"runs": [as_data(run) for run in runs], "left_out": left_out}
