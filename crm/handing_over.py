"""Handing over everything that a person holds: each floor says what it keeps for people and how it is given on (A6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm import contact_sets
from crm.models import Contact, User


class CannotHandOver(ValueError):
    """A hand-over that makes no sense; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing that people hold. `give` moves all of one person's to another and returns how many."""

    label: str
    count: Callable[[User], int]
    give: Callable[[User, User, User, datetime], int]


_holdings: dict[str, Holding] = {}


def register_holding(name: str, holding: Holding) -> None:
    """Make a kind known; called once by its floor at start-up."""
    _holdings[name] = holding


def held_by(person: User) -> dict[str, int]:
    """How much the person holds, by the label of each kind."""
    return {holding.label: holding.count(person) for holding in _holdings.values()}


def hand_over(person: User, *, to: User, by: User, now: datetime) -> dict[str, int]:
    """Give everything that the person holds to a colleague, or nothing; returns how much, by label.

    Raises CannotHandOver.
    """
    if to == person:
        raise CannotHandOver("Choose somebody else to hand over to.")
    if not to.is_active or to.role == "viewer":
        raise CannotHandOver(f"{to.name} cannot hold contacts and follow-ups.")
    with transaction.atomic():
        return {holding.label: holding.give(person, to, by, now) for holding in _holdings.values()}


def _owned(person: User) -> int:
    return Contact.objects.alive().filter(owner=person).count()


def _give_contacts(person: User, to: User, by: User, now: datetime) -> int:
    total = 0
    while done := contact_sets.give(Contact.objects.alive().filter(owner=person), to=to, by=by, now=now).done:
        total += len(done)
    return total


def register_contacts() -> None:
    register_holding("contacts", Holding("Contacts", _owned, _give_contacts))
