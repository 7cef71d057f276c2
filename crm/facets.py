"""How a list is narrowed by its address: what a filter is, how its values are read, and the chip that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from crm.access import people_for
from crm.conditions.language import BadCondition
from crm.conditions.listing import where_q

if TYPE_CHECKING:
    from crm.models import User

#: A condition as JSON, before it is checked; letters of any other value.
LONGEST_WHERE, LONGEST = 10_000, 200
YES_NO = {"yes": "yes", "no": "no"}


class BadFilter(ValueError):
    """A filter that cannot be read; its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when."""

    user: User
    now: datetime


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: its name in the address, what a chip calls it, the condition, and the words for a value."""

    name: str
    label: str
    condition: Callable[[str, Asking], Q]
    words: Callable[[str, Asking], str] = lambda text, _: text


@dataclass(slots=True)
class Chosen:
    """One filter in force, as its chip shows it."""

    name: str
    label: str
    words: str
    without: str


@dataclass(slots=True)
class Narrowed:
    """What the filters come to. `wrong` are sentences about those that could not be read: then nothing is found."""

    condition: Q = field(default_factory=Q)
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def values_of(given: QueryDict, names: Iterable[str]) -> dict[str, list[str]]:
    """What each filter was given, without what is empty, as short as any filter may be; a condition cut off would be none."""
    found = {
        name: [
            text
            for one in given.getlist(name)
            if (text := one.replace("\0", "").strip()[: LONGEST_WHERE if name == "where" else LONGEST])
        ]
        for name in names
    }
    return {name: texts for name, texts in found.items() if texts}


def narrowed(
    facets: Mapping[str, Facet],
    values: Mapping[str, list[str]],
    asking: Asking,
    *,
    shown: Mapping[str, list[str]] | None = None,
) -> Narrowed:
    """Read the filters. Several values of one are alternatives. Only what is `shown` (all, unless said) has a chip, whose
    link leads to the same list without it."""
    shown = values if shown is None else shown
    found = Narrowed()
    for name, texts in values.items():
        facet, either = facets[name], Q()
        try:
            for text in texts:
                either |= facet.condition(text, asking)
            found.condition &= either
            if name in shown:
                rest = {other: kept for other, kept in shown.items() if other != name}
                words = " or ".join(facet.words(text, asking) for text in texts)
                found.chosen.append(Chosen(name, facet.label, words, "?" + urlencode(rest, doseq=True)))
        except BadFilter as problem:
            found.wrong.append(f"The filter “{facet.label or name}”: {problem}")
    return found


def known(text: str, words: Mapping[str, str]) -> str:
    """One of the words that there are. Raises BadFilter."""
    if text not in words:
        raise BadFilter(f"“{text[:40]}” is none of: {', '.join(words)}.")
    return text


def record_id(text: str) -> int:
    """The number of a record in an address. Raises BadFilter."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadFilter(f"“{text[:20]}” is not a number of a record.")
    return int(text)


def day(text: str) -> date:
    """A day in an address, as ISO 8601 writes it. Raises BadFilter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"“{text[:20]}” is not a day. Write it like 2026-11-20.") from None


def yes_or_no(condition: Callable[[Asking], Q]) -> Callable[[str, Asking], Q]:
    """What a filter with "yes" and "no" asks."""

    def read(text: str, asking: Asking) -> Q:
        return condition(asking) if known(text, YES_NO) == "yes" else ~condition(asking)

    return read


def by_condition(text: str, asking: Asking) -> Q:
    """Contacts for whom a condition holds, given as JSON. Raises BadFilter."""
    try:
        return where_q(text, asking.now, asking.user)
    except BadCondition as problem:
        raise BadFilter(str(problem)) from None


def person_words(text: str, asking: Asking) -> str:
    """A colleague's name, as a chip says it. Raises BadFilter."""
    person = people_for(asking.user).filter(pk=record_id(text)).first()
    return person.name if person else "nobody known"


def by_owner(text: str, asking: Asking) -> Q:
    """What a person, oneself ("me") or nobody owns. Raises BadFilter."""
    if text == "nobody":
        return Q(owner__isnull=True)
    return Q(owner=asking.user) if text == "me" else Q(owner=record_id(text))


def owner_words(text: str, asking: Asking) -> str:
    """The owner's name, as a chip says it. Raises BadFilter."""
    return text if text in ("me", "nobody") else person_words(text, asking)
