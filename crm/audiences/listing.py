"""What the pages of audiences read: a fixed number of statements, however many audiences and members there are."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from crm.access import audiences_for, contacts_for
from crm.audiences.nesting import used_in
from crm.models import Audience, AudienceMember, AudienceState, Lifecycle, User
from crm.reading.contact_rows import name_of
from crm.reading.paging import Page, Sort, page_of
from crm.search_terms import contacts_matching

BY_NAME = Sort("name", ("name",))
NEWEST = Sort("newest", ("since",), descending=True)
#: How many contacts a look ahead shows.
SAMPLE = 10
_COLUMNS = ("id", "kind", "state", "problem", "count", "counted_at", "description")
_NAME = ("first_name", "last_name", "organisation", "email", "phone", "external_id")


def audience_page(user: User, *, q: str = "", after: str = "", before: str = "") -> Page:
    """The audiences by name, each with those that ask for it; two statements."""
    rows = audiences_for(user)
    if q:
        rows = rows.filter(name__icontains=q)
    page = page_of(rows, BY_NAME, _COLUMNS, after=after, before=before)
    others = used_in([row["id"] for row in page.rows], but=())
    for row in page.rows:
        row["used_in"] = others.get(row["id"], [])
    return page


def members_of(user: User, audience: Audience, q: str = "") -> QuerySet[AudienceMember]:
    """The members whom the person may see."""
    seen = contacts_for(user)
    if q:
        seen = seen.filter(contacts_matching(q))
    return AudienceMember.objects.filter(audience=audience, contact__in=seen)


def member_page(user: User, audience: Audience, *, q: str = "", after: str = "", before: str = "") -> Page:
    """A page of members, the newest first, with who they are; two statements."""
    page = page_of(members_of(user, audience, q), NEWEST, ("contact_id", "by_hand"), after=after, before=before)
    ids = [row["contact_id"] for row in page.rows]
    people = {row["id"]: row for row in contacts_for(user).filter(pk__in=ids).values("id", "lifecycle", *_NAME)}
    page.rows[:] = [row for row in page.rows if row["contact_id"] in people]  # gone between the two statements
    for row in page.rows:
        who = people[row["contact_id"]]
        row |= {"name": name_of(who), "lifecycle": Lifecycle(who["lifecycle"])}
    return page


def sample(user: User, fits: Q) -> list[dict[str, Any]]:
    """Some contacts whom the person may see and who fit, the newest first."""
    rows = contacts_for(user).filter(fits).order_by("-pk").values("id", "lifecycle", *_NAME)[:SAMPLE]
    return [row | {"name": name_of(row), "lifecycle": Lifecycle(row["lifecycle"])} for row in rows]


def audiences_of(user: User, contact_id: int) -> list[dict[str, Any]]:
    """The audiences that the contact is in, by name: audience_id, name, since, by_hand."""
    if not user.can("audiences.view"):
        return []
    rows = AudienceMember.objects.filter(contact=contact_id, audience__in=audiences_for(user))
    found = rows.order_by("audience__name").values("audience_id", "since", "by_hand", name=F("audience__name"))
    return [dict(row) for row in found]


def broken_for(user: User) -> QuerySet[Audience]:
    """The audiences that cannot be worked out, for those who look after operations."""
    broken = Audience.objects.alive().filter(state=AudienceState.BROKEN).order_by("name")
    return broken if user.can("operations.view") else broken.none()
