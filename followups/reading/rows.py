"""Rows of follow-ups as lists show them: only the columns that are drawn, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Any

from crm.models import Lifecycle
from followups.lifecycle import OPEN
from followups.models.followup import FollowUpQuerySet
from followups.reading.focus_order import Candidate

#: One line of a list, by column name; see COLUMNS and `_finish` for what it holds.
Row = dict[str, Any]

COLUMNS = (
    "id", "subject", "status", "priority", "due_on", "due_at", "due_by", "snoozed_until", "pinned", "group",
    "speed_to_lead", "priority_score", "version", "created_at", "completed_at", "cancelled_at",
    "snooze_count", "reschedule_count", "creator_id", "outcome__label", "outcome__sense",
    "type_id", "type__name", "type__icon", "type__slug", "type__channel", "type__default_minutes",
    "assignee_id", "assignee__full_name", "assignee__email",
    "contact_id", "contact__first_name", "contact__last_name", "contact__organisation", "contact__email",
    "contact__phone", "contact__external_id", "contact__lifecycle", "contact__source", "contact__score",
    "contact__time_zone", "contact__country", "contact__created_at",
    "partner_id", "partner__name", "partner__person", "partner__email", "partner__phone", "partner__country",
    "partner__time_zone", "deal_id", "document_id", "invoice_id",
)  # fmt: skip

_LIFECYCLES: dict[str, str] = dict(Lifecycle.choices)
#: What `contact_name` needs of a contact itself.
NAME_COLUMNS = ("id", "first_name", "last_name", "organisation", "email", "phone", "external_id")


def rows_of(followups: FollowUpQuerySet, now: datetime, zone: tzinfo, *extra: str) -> list[Row]:
    """Read the rows of a queryset, in its order, in one query; `extra` are annotations to read too."""
    return finish(followups.values(*COLUMNS, *extra), now, zone)


def finish(rows: Iterable[Row], now: datetime, zone: tzinfo) -> list[Row]:
    """Add to each row what is derived: who it is for, who does it, its state and how late it is."""
    today = now.astimezone(zone).date()
    return [_finish(row, now, today) for row in rows]


def _finish(row: Row, now: datetime, today: date) -> Row:
    row["client"] = contact_name(row) if row["contact_id"] else ""
    row["who"] = whom(row)
    row["by"] = row["assignee__full_name"] or row["assignee__email"].split("@")[0]
    row["lifecycle"] = _LIFECYCLES.get(row["contact__lifecycle"] or "", "")
    row["open"] = row["status"] in OPEN
    row["state"] = state_of(row, now)
    row["late"] = row["open"] and row["due_by"] <= now
    row["days_late"] = (today - row["due_on"]).days if row["due_on"] and row["late"] else 0
    row["any_time_today"] = row["due_on"] == today
    return row


def contact_name(row: Row, prefix: str = "contact__") -> str:
    """What to call a contact from its columns: the same order as `Contact.name`."""
    full = f"{row[prefix + 'first_name']} {row[prefix + 'last_name']}".strip()
    return (
        full
        or row[prefix + "organisation"]
        or row[prefix + "email"]
        or row[prefix + "phone"]
        or f"Contact {row[prefix + 'external_id'] or row.get('contact_id') or row.get('id')}"
    )


def whom(row: Row, prefix: str = "contact__") -> str:
    """Whom a follow-up concerns: its contact, its partner, or "Maria Silva · Alba College"."""
    client = contact_name(row, prefix) if row["contact_id"] else ""
    return " · ".join(name for name in (client, row["partner__name"]) if name)


def state_of(row: Row, now: datetime) -> str:
    """The state in the words of the page: snoozed and overdue are derived, the rest is stored."""
    if row["status"] not in OPEN:
        return str(row["status"])
    if row["snoozed_until"] and row["snoozed_until"] > now:
        return "snoozed"
    if row["due_by"] <= now:
        return "overdue"
    return "in_progress" if row["status"] == "in_progress" else "pending"


def candidate(row: Row) -> Candidate:
    """Hand a row to the focus order."""
    return Candidate(
        id=row["id"],
        due_by=row["due_by"],
        timed=row["due_at"] is not None,
        priority=row["priority"],
        score=row["priority_score"],
        contact_score=row["contact__score"] or 0,
        lifecycle=row["contact__lifecycle"] or "",
        pinned=row["pinned"],
        started=row["status"] == "in_progress",
        speed_to_lead=row["speed_to_lead"],
        created_at=row["created_at"],
        times_moved=row["snooze_count"] + row["reschedule_count"],
    )
