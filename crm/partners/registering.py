"""What partners make known at start-up: search, audit, undo, and that people hold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.access import partners_for
from crm.audit import Audited, register_audited
from crm.handing_over import Holding, register_holding
from crm.models import Partner, User
from crm.partners.changing import PARTNERS, give, put_back, take_away
from crm.partners.linking import PARTNER_LINKS, links_back
from crm.partners.making import PARTNERS_MADE
from crm.searching import Found, Searchable, register_searchable
from crm.undo import register_undoer


def load(user: User, ids: Sequence[int]) -> list[Found]:
    """The partners among these that the user may see, as search shows them."""
    if not user.can("partners.view"):
        return []
    found = {}
    for one in partners_for(user).filter(pk__in=ids):
        words = " · ".join(part for part in (one.get_kind_display(), one.person, one.city) if part)
        found[one.pk] = Found("partner", one.pk, one.name, words, f"/partners/{one.pk}/")
    return [found[pk] for pk in ids if pk in found]


def _held(person: User) -> int:
    return Partner.objects.alive().filter(owner=person).count()


def _give_all(person: User, to: User, by: User, now: datetime) -> int:
    return len(give(Partner.objects.alive().filter(owner=person), to=to, by=by, now=now).done)


def register() -> None:
    """Called once, by the app."""
    register_searchable(Searchable("partner", "Partners", "building-2", load))
    register_audited("partner", Audited("Partner", Partner, lambda row: row.name, "/partners/{}/"))
    register_undoer(PARTNERS, put_back)
    register_undoer(PARTNERS_MADE, take_away)
    register_undoer(PARTNER_LINKS, links_back)
    register_holding("partners", Holding("Partners", _held, _give_all))
