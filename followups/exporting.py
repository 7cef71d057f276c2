"""Follow-ups out of the house, row by row, with formulas made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from crm.exporting import neutral
from followups.models import FollowUpTag
from followups.models.followup import FollowUpQuerySet
from followups.reading.rows import Row, contact_name

CHUNK = 2_000

#: Heading -> the column it shows.
_COLUMNS = {
    "Follow-up number": "id", "Subject": "subject", "Type": "type__name", "Priority": "priority", "Status": "status",
    "Due on": "due_on", "Due at": "due_at", "Assignee": "assignee__email", "Created by": "creator__email",
    "Created at": "created_at", "Group": "group", "Pinned": "pinned", "Snoozed until": "snoozed_until",
    "Completed at": "completed_at", "Completed by": "completed_by__email", "Outcome": "outcome__label",
    "Notes": "completion_notes", "Minutes": "duration_minutes", "Missed at": "missed_at",
    "Cancelled at": "cancelled_at", "Cancelled because": "cancel_reason", "Contact number": "contact_id",
    "Contact e-mail": "contact__email", "Contact phone": "contact__phone",
}  # fmt: skip
_NAMES = ("contact__first_name", "contact__last_name", "contact__organisation", "contact__external_id", "partner__name")


def export_rows(followups: FollowUpQuerySet, zone: tzinfo) -> Iterator[list[str]]:
    """Yield the headings, then one row a follow-up in the order of the set; times are local to `zone`, with offset."""
    yield [*_COLUMNS, "Contact", "Partner", "Tags"]
    pending: list[Row] = []
    for row in followups.values(*_COLUMNS.values(), *_NAMES).iterator(chunk_size=CHUNK):
        pending.append(row)
        if len(pending) == CHUNK:
            yield from _rows(pending, zone)
            pending = []
    yield from _rows(pending, zone)


def _rows(rows: list[Row], zone: tzinfo) -> Iterator[list[str]]:
    tags: dict[int, list[str]] = {}
    named = FollowUpTag.objects.filter(followup_id__in=[row["id"] for row in rows]).order_by("tag__name")
    for followup_id, name in named.values_list("followup_id", "tag__name"):
        tags.setdefault(followup_id, []).append(name)
    for row in rows:
        cells = [_cell(row[column], zone) for column in _COLUMNS.values()]
        client = contact_name(row) if row["contact_id"] else ""
        own = [client, row["partner__name"] or "", "; ".join(tags.get(row["id"], ()))]
        yield [neutral(cell) for cell in [*cells, *own]]


def _cell(value: object, zone: tzinfo) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    return str(value)
