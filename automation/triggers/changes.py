"""What an event says has changed on a contact: by field, before and after. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from automation.engine.events import Seen
from automation.triggers.shape import Told

#: Every field of a contact; the latter two have an event of their own where people change them.
CHANGED, OWNER, LIFECYCLE = "contact_changed", "owner_changed", "lifecycle_changed"
KINDS = frozenset({CHANGED, OWNER, LIFECYCLE})
#: What people write for "no value".
NOTHING = "nothing"

Changes = Mapping[str, tuple[Any, Any]]


def changes_of(event: Told) -> Changes:
    """By field, an own one as "custom.SLUG". What was merely taken back has changed nothing."""
    data = event.data
    if data.get("undone"):
        return {}
    if event.kind == OWNER:
        name = "team_id" if data.get("team") else "owner_id"
        return {name: (data.get("from_id"), data.get("to_id"))}
    if event.kind == LIFECYCLE:
        return {"lifecycle": (data.get("from"), data.get("to"))}
    if event.kind != CHANGED:
        return {}
    found: dict[str, tuple[Any, Any]] = {}
    for name, (before, after) in dict(data.get("changes") or {}).items():
        if name == "custom":
            found |= _own_fields(before or {}, after or {})
        else:
            found[name] = (before, after)
    return found


def _own_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        f"custom.{slug}": (before.get(slug), after.get(slug))
        for slug in [*before, *(slug for slug in after if slug not in before)]
        if before.get(slug) != after.get(slug)
    }


def together(events: Sequence[Seen]) -> Seen | None:
    """Changes of one contact that were stored in one transaction, as one: from what was before the first to what is after
    the last. None where nothing is different in the end. The first event's id stands for all."""
    net: dict[str, list[Any]] = {}
    data: dict[str, Any] = {}
    for event in events:
        data |= event.data
        for name, (before, after) in changes_of(event).items():
            net.setdefault(name, [before, after])[1] = after
    net = {name: pair for name, pair in net.items() if pair[0] != pair[1]}
    if not net:
        return None
    custom = {name.removeprefix("custom."): pair for name, pair in net.items() if name.startswith("custom.")}
    changes: dict[str, Any] = {name: pair for name, pair in net.items() if not name.startswith("custom.")}
    if custom:
        changes["custom"] = [{slug: pair[side] for slug, pair in custom.items()} for side in (0, 1)]
    return replace(events[0], kind=CHANGED, data={**data, "changes": changes, "undone": False})


def is_value(value: Any, wanted: str) -> bool:
    """Whether a stored value is what somebody wrote: empty means any, "nothing" means none."""
    if not wanted:
        return True
    if wanted.casefold() == NOTHING:
        return value in (None, "", [], {})
    if isinstance(value, bool):
        return wanted.casefold() in (("yes", "true") if value else ("no", "false"))
    if isinstance(value, list):
        return any(is_value(one, wanted) for one in value)
    if isinstance(value, int | float):
        return _number(wanted) == value
    return value is not None and str(value).casefold() == wanted.casefold()


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
