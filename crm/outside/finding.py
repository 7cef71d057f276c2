"""Whose an event of another system is: the contacts that were named, through the door of the person who sends."""

from __future__ import annotations

from collections.abc import Sequence

from crm.access import contacts_for
from crm.duplicates import find_same
from crm.models import User
from crm.outside.reading import Named


def find_contacts(named: Sequence[Named], *, by: User) -> list[int | None]:
    """The contact of each, in order, in two statements; None for nobody, or nobody whom `by` may see.

    An external id goes before an address. An address that several people share names none of them.
    """
    keys = {("id", one.external_id) for one in named if one.external_id} | {
        ("email", one.email) for one in named if one.email
    }
    held = find_same(keys)
    found = [one.id or held.get(("id", one.external_id)) or held.get(("email", one.email)) for one in named]
    wanted = {pk for pk in found if pk}
    seen = set(contacts_for(by).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    return [pk if pk in seen else None for pk in found]
