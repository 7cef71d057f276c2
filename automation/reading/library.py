"""The library as its page and the API show it: one query, however many entries there are."""

from __future__ import annotations

from dataclasses import dataclass

from automation.access import automations_for
from automation.house_rules import replaced_by
from automation.library.registry import ENTRIES
from automation.library.shape import GROUPS, Entry
from automation.library.sketch import Sketch, sketch
from crm.models import User


@dataclass(frozen=True, slots=True)
class Installed:
    """The newest automation that was made from an entry, and how many there are."""

    id: int
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with what it will do, the rules of the house that rest for it, and whether it is installed."""

    entry: Entry
    sketch: Sketch
    replaces: tuple[str, ...]
    installed: Installed | None


def shelf(user: User, q: str = "") -> dict[str, list[Shown]]:
    """The entries whose name, story or steps hold all the words, by the names of their groups; groups without any are
    left out."""
    words = q.replace("\0", "").casefold().split()
    found = [one for one in ENTRIES.values() if _holds(one, words)]
    there = _installed(user)
    return {
        label: cards
        for group, label in GROUPS.items()
        if (cards := [_shown(one, there) for one in found if one.group == group])
    }


def _shown(one: Entry, there: dict[str, Installed]) -> Shown:
    return Shown(one, sketch(one.slug), tuple(replaced_by(one.slug)), there.get(one.slug))


def _installed(user: User) -> dict[str, Installed]:
    found: dict[str, Installed] = {}
    rows = automations_for(user).exclude(library="").order_by("pk").values_list("library", "pk", "state")
    for slug, pk, state in rows:
        found[slug] = Installed(pk, state, found[slug].number + 1 if slug in found else 1)
    return found


def _holds(one: Entry, words: list[str]) -> bool:
    if not words:
        return True
    drawn = sketch(one.slug)
    text = " ".join([one.name, one.story, one.kind, *(line.words for line in (*drawn.triggers, *drawn.steps))])
    return all(word in text.casefold() for word in words)
