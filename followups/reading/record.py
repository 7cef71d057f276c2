"""One follow-up with everything about it: words, tags, reminders, escalation and history, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from crm.event_kinds import kind_of, words
from crm.models import Contact, Event, Tag, User
from crm.zones import zone
from followups.access import followups_of
from followups.lifecycle import OPEN
from followups.models import Escalation, FollowUp, Reminder
from followups.models.followup import FollowUpQuerySet
from followups.reading.facing import Facing, facing
from followups.reading.focus_order import why_now
from followups.reading.linked import add_linked
from followups.reading.rows import Row, candidate, rows_of

MOST_HISTORY = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One line of history: the sentence, what somebody wrote with it, who and when."""

    icon: str
    text: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    row: Row
    followup: FollowUp
    facing: Facing
    tags: list[Tag]
    reminders: list[Reminder]
    escalation: Escalation | None
    history: list[Told]


def record_of(user: User, found: FollowUpQuerySet, now: datetime) -> Record | None:
    """Read one follow-up that came through the door; None when there is none."""
    rows = rows_of(found, now, zone(user.time_zone))
    if not rows:
        return None
    row = rows[0]
    add_linked(user, rows)
    followup = found.select_related("creator", "completed_by", "outcome", "template").get()
    reason = why_now(candidate(row), now, zone(user.time_zone)) if row["open"] else ""
    faced = facing(user, row, reason, now)
    assert faced is not None
    return Record(
        row=row,
        followup=followup,
        facing=faced,
        tags=list(followup.tags.all()),
        reminders=list(followup.reminders.select_related("user").order_by("fire_at", "pk")),
        escalation=followup.escalations.filter(closed_at__isnull=True).first(),
        history=history(row["id"]),
    )


def history(followup_id: int) -> list[Told]:
    """What happened to a follow-up, newest first."""
    events = (
        Event.objects.filter(subject_kind="followup", subject_id=followup_id)
        .select_related("user")
        .order_by("-pk")[:MOST_HISTORY]
    )
    return [_told(event) for event in events]


def _told(event: Event) -> Told:
    said = event.data.get("notes") or event.data.get("reason") or event.data.get("because") or ""
    by = event.user.name if event.user else "Followthrough"
    return Told(kind_of(event.kind).icon, words(event.kind, event.data), str(said), by, event.occurred_at)


def of_contact(user: User, contact: Contact, now: datetime, done: int = 50) -> tuple[list[Row], list[Row]]:
    """A contact's open follow-ups by time and the ended ones, newest first; one query."""
    first_open = Case(When(status__in=OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    theirs = followups_of(user, contact).order_by(first_open, "-due_by", "-pk")
    rows = rows_of(theirs[: contact.open_followups + done], now, zone(user.time_zone))
    still_open = [row for row in rows if row["open"]]
    still_open.sort(key=lambda row: (not row["pinned"], row["due_by"], row["id"]))
    return still_open, [row for row in rows if not row["open"]]
