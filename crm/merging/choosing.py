"""Which of two contacts' values the one that is left gets. Plain functions of plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEPT, GONE = "kept", "gone"

#: Fields of which one value is chosen, in the order of the page.
CHOSEN = (
    "first_name",
    "last_name",
    "organisation",
    "job_title",
    "email",
    "phone",
    "country",
    "city",
    "time_zone",
    "language",
    "lifecycle",
    "owner_id",
    "team_id",
    "preferred_channel",
    "rhythm_days",
    "source",
    "external_id",
)

#: How far somebody has come: the further of two is the one to believe.
_FAR = ("client", "former", "qualified", "working", "lost", "new")
_NAMES = ("first_name", "last_name", "organisation")


def custom_name(slug: str) -> str:
    """What a choice about one of the organisation's own fields is called."""
    return f"custom.{slug}"


def differing(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> list[str]:
    """The fields about which there is something to choose: both have a value, and not the same."""
    own = [custom_name(slug) for slug in sorted({*kept["custom"], *gone["custom"]})]
    return [
        name
        for name in (*CHOSEN, *own)
        if not _empty(value(kept, name)) and not _empty(value(gone, name)) and value(kept, name) != value(gone, name)
    ]


def value(state: Mapping[str, Any], name: str) -> Any:
    """A field's value; `custom.slug` looks into the organisation's own fields."""
    if name.startswith("custom."):
        return state["custom"].get(name.removeprefix("custom."))
    return state[name]


def _empty(said: Any) -> bool:
    return said is None or said == "" or said == []


def suggest(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, str]:
    """The side that is likely right, for each field to choose: further on, fuller, not shouted,
    or else changed more recently.

    Both need `updated_at` beside their fields. Owner, team and external id stay those of the kept one.
    """
    newer = GONE if gone["updated_at"] > kept["updated_at"] else KEPT
    found = {}
    for name in differing(kept, gone):
        ours, theirs = value(kept, name), value(gone, name)
        if name in ("owner_id", "team_id", "external_id"):
            found[name] = KEPT
        elif name == "lifecycle":
            found[name] = KEPT if _FAR.index(ours) <= _FAR.index(theirs) else GONE
        elif name in _NAMES and ours.casefold() == theirs.casefold() and ours.isupper() != theirs.isupper():
            found[name] = GONE if ours.isupper() else KEPT
        elif name in _NAMES and len(ours) != len(theirs) and _inside(ours, theirs):
            found[name] = KEPT if len(ours) > len(theirs) else GONE
        else:
            found[name] = newer
    return found


def _inside(one: str, other: str) -> bool:
    """Whether the shorter of two names begins the longer: "M." and "Maria"."""
    short, long = sorted((one.casefold().rstrip("."), other.casefold()), key=len)
    return long.startswith(short)


def unite(kept: Mapping[str, Any], gone: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """The values of the contact that is left.

    A field that nobody chose for keeps the kept one's value, or the gone one's where that is empty. Further addresses
    and phones are united; the address that was not chosen is one of them. Raises KeyError for a field that cannot be
    chosen, ValueError for a side that there is not.
    """
    for name, side in choices.items():
        if name not in CHOSEN and not name.startswith("custom."):
            raise KeyError(name)
        if side not in (KEPT, GONE):
            raise ValueError(side)

    def chosen(name: str) -> Any:
        ours, theirs = value(kept, name), value(gone, name)
        if name in choices:
            return ours if choices[name] == KEPT else theirs
        return theirs if _empty(ours) else ours

    values: dict[str, Any] = {name: chosen(name) for name in CHOSEN}
    for field, others in (("email", "other_emails"), ("phone", "other_phones")):
        # An empty address is no choice: the other's is the one there is.
        values[field] = values[field] or kept[field] or gone[field]
        everything = [kept[field], gone[field], *kept[others], *gone[others]]
        values[others] = [one for one in dict.fromkeys(everything) if one and one != values[field]]
    slugs = dict.fromkeys([*kept["custom"], *gone["custom"]])
    own = {slug: chosen(custom_name(slug)) for slug in slugs}
    values["custom"] = {slug: said for slug, said in own.items() if said is not None}
    values["shares_address"] = kept["shares_address"] or gone["shares_address"]
    return values
