"""The pairs that wait to be looked at, and the merges there were, as their pages and the API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from crm.access import contacts_for, deleted_contacts_for
from crm.merging.undoing import days_left
from crm.models import Contact, DuplicatePair, Merge, PairState, User
from crm.reading.paging import Page, Sort, page_of, some

MOST_ALIKE = Sort("likeness", ("likeness",), descending=True)
NEWEST = Sort("at", ("at",), descending=True)
SIZE = 25


@dataclass(frozen=True, slots=True)
class Suspected:
    """A pair with both its contacts."""

    id: int
    likeness: int
    reasons: list[str]
    first: Contact
    second: Contact


@dataclass(frozen=True, slots=True)
class Past:
    """A merge: what it was called, and whether there is a way back."""

    id: int
    at: datetime
    by: str
    kept: Contact | None
    kept_name: str
    gone_name: str
    undone_at: datetime | None
    days_left: int


def pairs_for(user: User) -> QuerySet[DuplicatePair]:
    """The open pairs of which one sees both."""
    seen = contacts_for(user).values("pk")
    return DuplicatePair.objects.filter(state=PairState.OPEN, first__in=seen, second__in=seen)


def suspected(user: User, *, after: str = "", before: str = "") -> tuple[list[Suspected], Page]:
    """A page of pairs, the most alike first."""
    page = page_of(
        pairs_for(user),
        MOST_ALIKE,
        ["likeness", "reasons", "first_id", "second_id"],
        after=after,
        before=before,
        size=SIZE,
    )
    people = with_both(user, page.rows)
    return people, page


def with_both(user: User, rows: list[dict[str, Any]]) -> list[Suspected]:
    ids = {row[name] for row in rows for name in ("first_id", "second_id")}
    people = contacts_for(user).select_related("owner").in_bulk(ids)
    return [
        Suspected(row["id"], row["likeness"], row["reasons"], people[row["first_id"]], people[row["second_id"]])
        for row in rows
        if row["first_id"] in people and row["second_id"] in people
    ]


def how_many(user: User) -> tuple[int, bool]:
    """How many pairs wait, up to a thousand, and whether there are more."""
    return some(pairs_for(user))


def merges_for(user: User) -> QuerySet[Merge]:
    """The merges of which one sees both: the kept contact, and the gone one as it was."""
    return Merge.objects.filter(
        kept_id__in=Contact.objects.filter(pk__in=contacts_for(user).values("pk")).values("pk"),
        gone_id__in=deleted_contacts_for(user).values("pk"),
        undone_at__isnull=True,
    ) | Merge.objects.filter(
        kept_id__in=contacts_for(user).values("pk"),
        gone_id__in=contacts_for(user).values("pk"),
        undone_at__isnull=False,
    )


def past(user: User, now: datetime, *, after: str = "", before: str = "") -> tuple[list[Past], Page]:
    """A page of merges, the newest first."""
    columns = ["at", "kept_id", "undone_at", "by__full_name", "by__email", "before__names"]
    page = page_of(merges_for(user), NEWEST, columns, after=after, before=before, size=SIZE)
    people = contacts_for(user).in_bulk({row["kept_id"] for row in page.rows})
    return [
        Past(
            row["id"],
            row["at"],
            row["by__full_name"] or row["by__email"] or "Followthrough",
            people.get(row["kept_id"]),
            row["before__names"][0],
            row["before__names"][1],
            row["undone_at"],
            days_left(Merge(at=row["at"]), now),
        )
        for row in page.rows
    ], page
