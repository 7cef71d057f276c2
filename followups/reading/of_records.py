"""The follow-ups that wait for one record: a deal, a document or an invoice."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from crm.models import User
from crm.zones import zone
from followups.access import followups_for
from followups.lifecycle import OPEN
from followups.models import FollowUp
from followups.reading.rows import Row, rows_of

#: More than anybody plans for one record; the list of follow-ups shows them all.
MOST_OPEN = 100


def of_record(user: User, kind: str, pk: int, now: datetime, *, done: int) -> tuple[list[Row], list[Row]]:
    """Those of a "deal", "document" or "invoice" that the person may see: open by time, and the last that ended, newest
    first; one query."""
    first_open = Case(When(status__in=OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    theirs = followups_for(user).filter(**{kind: pk}).order_by(first_open, "-due_by", "-pk")
    rows = rows_of(theirs[: MOST_OPEN + done], now, zone(user.time_zone))
    still_open = [row for row in rows if row["open"]]
    still_open.sort(key=lambda row: (not row["pinned"], row["due_by"], row["id"]))
    return still_open, [row for row in rows if not row["open"]][:done]


def is_planned(kind: str, pk: int) -> bool:
    """Whether anybody at all is set to do something about the record; says nothing of who or what."""
    return FollowUp.objects.open().filter(**{kind: pk}).exists()
