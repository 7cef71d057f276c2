"""What deals make known at start-up: search, audit, undo, and that people hold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.access import deals_for
from crm.audit import Audited, register_audited
from crm.deals.changing import give
from crm.deals.taking_back import DEALS, put_back
from crm.handing_over import Holding, register_holding
from crm.models import Deal, User
from crm.money import show
from crm.searching import Found, Searchable, register_searchable
from crm.undo import register_undoer


def load(user: User, ids: Sequence[int]) -> list[Found]:
    """The deals among these that the user may see, as search shows them."""
    found = {}
    for deal in deals_for(user).filter(pk__in=ids).select_related("contact", "stage"):
        details = [deal.contact.name if deal.contact else "", deal.stage.name]
        details += [show(deal.amount, deal.currency)] if deal.amount is not None else []
        words = " · ".join(part for part in details if part)
        found[deal.pk] = Found("deal", deal.pk, deal.name, words, f"/deals/{deal.pk}/", deal.contact_id)
    return [found[pk] for pk in ids if pk in found]


def _held(person: User) -> int:
    return Deal.objects.alive().filter(owner=person).count()


def _give_all(person: User, to: User, by: User, now: datetime) -> int:
    total = 0
    while done := give(Deal.objects.alive().filter(owner=person), to=to, by=by, now=now).done:
        total += len(done)
    return total


def register() -> None:
    """Called once, by the app."""
    register_searchable(Searchable("deal", "Deals", "handshake", load))
    register_audited("deal", Audited("Deal", Deal, str, "/deals/{}/"))
    register_undoer(DEALS, put_back)
    register_holding("deals", Holding("Deals", _held, _give_all))
