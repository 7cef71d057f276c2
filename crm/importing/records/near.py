"""Words that are near enough to be meant, for names that people and programs write a little differently. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from rapidfuzz.fuzz import ratio

from crm.importing.words import plain

_Any = TypeVar("_Any")
#: Per cent of likeness from which a name is taken for another, if no second one comes as near.
NEAR = 88


def squeezed(text: str) -> str:
    """A name for comparing, without spaces: "GTX Pro" and "GTXPro" are the same."""
    return plain(text).replace(" ", "")


def nearest(text: str, known: Mapping[str, _Any]) -> _Any | None:
    """What the text means among squeezed names, or None where nothing or more than one thing is near enough.

    Names that differ in a digit are different things: "GTX 100" is not "GTX 200".
    """
    name = squeezed(text)
    if name in known:
        return known[name]
    digits = [letter for letter in name if letter.isdigit()]
    scored = sorted(
        ((ratio(name, other), other) for other in known if [letter for letter in other if letter.isdigit()] == digits),
        reverse=True,
    )
    if not scored or scored[0][0] < NEAR or (len(scored) > 1 and scored[1][0] >= scored[0][0]):
        return None
    return known[scored[0][1]]
