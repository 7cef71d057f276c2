"""Follow-ups among what the search box finds."""

from __future__ import annotations

from collections.abc import Sequence

from crm.models import User
from crm.searching import Found, Searchable, register_searchable
from followups.access import followups_for


def load(user: User, ids: Sequence[int]) -> list[Found]:
    """Show those that the user may see, in the given order."""
    found = {}
    for one in followups_for(user).filter(pk__in=ids).select_related("contact", "partner"):
        detail = one.who if one.is_open else f"{one.who} · {one.get_status_display().lower()}"
        found[one.pk] = Found("followup", one.pk, one.subject, detail, f"/followups/{one.pk}/", one.contact_id)
    return [found[pk] for pk in ids if pk in found]


def register() -> None:
    """Make follow-ups findable; called at start-up."""
    register_searchable(Searchable("followup", "Follow-ups", "list-checks", load))
