"""A deal as boards and lists show it: the columns that are read, and the words made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crm.deals.quiet import quiet_days
from crm.models.contact import ACTIVE_LIFECYCLES
from crm.reading.paging import Row

CARD = (
    "id",
    "name",
    "version",
    "status",
    "stage_id",
    "stage_since",
    "amount",
    "currency",
    "probability",
    "expected_on",
    "closed_at",
    "owner_id",
    "owner__full_name",
    "owner__email",
    "contact_id",
    "contact__first_name",
    "contact__last_name",
    "contact__organisation",
    "contact__email",
    "contact__phone",
    "contact__external_id",
    "contact__lifecycle",
    "contact__last_two_way_at",
    "contact__next_due_by",
    "contact__next_due_on",
    "partner__name",
)
_NAMES = ("first_name", "last_name", "organisation", "email", "phone", "external_id")


def dress(row: Row, rotting_days: int | None, now: datetime, today: date) -> Row:
    """Add to a row what its card says; `today` is the reader's day."""
    row["who"] = _who(row)
    row["owner"] = (row["owner__full_name"] or (row["owner__email"] or "").split("@")[0]) if row["owner_id"] else ""
    row["open"] = row["status"] == "open"
    row["days"] = max(0, (now - row["stage_since"]).days)
    row["quiet"] = (
        quiet_days(row["stage_since"], row["contact__last_two_way_at"], rotting_days, now) if row["open"] else None
    )
    row["active"] = row["contact__lifecycle"] in ACTIVE_LIFECYCLES
    row["next"] = row["contact__next_due_on"] or row["contact__next_due_by"]
    row["late"] = bool(row["open"] and row["expected_on"] and row["expected_on"] < today)
    return row


def _who(row: dict[str, Any]) -> str:
    if not row["contact_id"]:
        return row["partner__name"] or ""
    first, last, *others = (row[f"contact__{name}"] for name in _NAMES)
    full = f"{first} {last}".strip()
    return full or next((str(one) for one in others if one), f"Contact {row['contact_id']}")
