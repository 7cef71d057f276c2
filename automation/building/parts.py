"""Controls that hold several inputs: a condition, the choices of a branch, the shares of a split, awaited events, the
hours of messages. Each reads its own inputs, carries out its own buttons, and keeps what was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from automation.building.options import Option, awaited_options
from automation.editing.fields import Asked
from crm.conditions.building import Building, from_data, from_form, may_ask
from crm.conditions.drafts import TEST
from crm.conditions.language import BadCondition, read
from crm.conditions.saying import in_words

if TYPE_CHECKING:
    from crm.models import User

MOST = 10
MOST_LABEL = 80
_LETTERS = "abcdefghij"


@dataclass(slots=True)
class Part:
    """One line of such a control."""

    name: str = ""
    label: str = ""
    number: str = ""
    building: Building | None = None
    same: bool = True
    where: str = "{}"
    error: str = ""
    placeholder: str = ""


@dataclass(slots=True)
class Parts:
    """The control as a whole. `value` is what is stored, None for nothing; `acted`: one of its buttons was pressed."""

    lines: list[Part] = field(default_factory=list)
    value: Any = None
    acted: bool = False
    problem: str = ""
    groups: list[tuple[str, list[Option]]] = field(default_factory=list)
    on: bool = False
    most: int = MOST


def parts_from_data(one: Asked, data: Any) -> Parts:
    """The control for what is stored."""
    found: Parts = _MAKERS[one.control][0](one, data)
    return found


def parts_from_form(one: Asked, given: QueryDict, user: User) -> Parts:
    """The control as it was filled in."""
    found: Parts = _MAKERS[one.control][1](one, given, user)
    return found


def _act(given: QueryDict, name: str, lines: list[Part], new: Part) -> bool:
    """Carry out a button of the control: "add", "remove:2", "up:1"; whether one was pressed."""
    verb, _, text = given.get(f"{name}_do", "").partition(":")
    at = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1
    if verb == "add" and len(lines) < MOST:
        lines.append(new)
    elif verb == "remove" and 0 <= at < len(lines):
        del lines[at]
    elif verb == "up" and 0 < at < len(lines):
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
    return bool(verb)


def _new_name(lines: list[Part], letters: str) -> str:
    """A name for a new way that none of the others has."""
    taken = {one.name for one in lines}
    return next(name for number in range(1, 100) if (name := f"{letters}{number}") not in taken)


# A condition that need not be there.


def _condition_shown(one: Asked, data: Any) -> Parts:
    return Parts([Part(building=from_data(data or None, one.name))], data or None, on=bool(data))


def _condition_given(one: Asked, given: QueryDict, user: User) -> Parts:
    building = from_form(given, one.name)
    if not _anything(building) and not building.acted:
        return _condition_shown(one, None)
    may_ask(building, user)
    found = Parts([Part(building=building)], building.data, building.acted and f"{one.name}_do" in given, on=True)
    if building.condition is None:
        found.problem = "Say it completely, or take it away."
    return found


def _anything(building: Building) -> bool:
    """Whether anything is asked at all."""
    return any(draft.kind != TEST or draft.what for draft in building.root.walk() if draft is not building.root)


# The choices of a branch.


def _choices_shown(one: Asked, data: Any) -> Parts:
    lines = []
    for at, choice in enumerate((data or [])[:MOST]):
        words = _said(choice.get("when"))
        own = choice.get("label", "")
        lines.append(
            Part(
                choice["name"],
                "" if own == words[:MOST_LABEL] else own,
                building=from_data(choice.get("when") or None, f"when_{_LETTERS[at]}"),
                placeholder=words,
            )
        )
    return Parts(lines, data)


def _choices_given(one: Asked, given: QueryDict, user: User) -> Parts:
    names = [name for name in given.getlist(f"{one.name}_name")[:MOST] if name]
    lines = []
    for at, name in enumerate(names):
        building = from_form(given, f"when_{_LETTERS[at]}")
        may_ask(building, user)
        label = given.get(f"{one.name}_label_{at}", "").replace("\0", "").strip()[:MOST_LABEL]
        lines.append(Part(name[:40], label, building=building, placeholder=building.words))
    pressed = _act(given, one.name, lines, Part(_new_name(lines, "c"), building=from_data(None)))
    # A way that was added, taken away or moved is stored at once, so that the tree shows it; a condition only when it is
    # complete.
    found = Parts(lines, acted=any(f"{line.building.prefix}_do" in given for line in lines if line.building))
    found.value = [
        {"name": line.name, "label": line.label or line.placeholder[:MOST_LABEL], "when": line.building.data or {}}
        for line in lines
        if line.building
    ]
    if pressed:  # the letters follow the places
        for at, line in enumerate(lines):
            line.building = _renamed(line.building, f"when_{_LETTERS[at]}")
    for line in lines:
        if line.building and line.building.condition is None and _anything(line.building):
            found.problem = "One of the conditions is not complete."
    return found


def _renamed(building: Building | None, prefix: str) -> Building:
    return from_data(building.preview.data if building and building.preview else None, prefix)


def _said(data: Any) -> str:
    try:
        return in_words(read(data)) if data else ""
    except BadCondition:
        return ""


# The shares of a split.


def _shares_shown(one: Asked, data: Any) -> Parts:
    rows: list[Mapping[str, Any]] = data or one.default
    return Parts([Part(row["name"], row.get("label", ""), str(row.get("percent", ""))) for row in rows], data, most=5)


def _shares_given(one: Asked, given: QueryDict, user: User) -> Parts:
    lines = []
    for at, name in enumerate(given.getlist(f"{one.name}_name")[:MOST]):
        label = given.get(f"{one.name}_label_{at}", "").replace("\0", "").strip()[:MOST_LABEL]
        lines.append(Part(name[:40], label, given.get(f"{one.name}_percent_{at}", "").strip()[:10]))
    pressed = _act(given, one.name, lines, Part(_new_name(lines, "w"), "", "0"))
    value = [
        {
            "name": line.name,
            "label": line.label,
            "percent": int(line.number) if line.number.isdecimal() else line.number,
        }
        for line in lines
    ]
    return Parts(lines, value, pressed, most=5)


# Events that are awaited.


def _awaited_shown(one: Asked, data: Any) -> Parts:
    rows: list[Mapping[str, Any]] = data or []
    lines = [
        Part(row.get("event", ""), same=row.get("same_record", True), where=json.dumps(row.get("where", {})))
        for row in rows
    ]
    return Parts(lines or [Part()], data, groups=awaited_options([line.name for line in lines]))


def _awaited_given(one: Asked, given: QueryDict, user: User) -> Parts:
    lines = []
    for at, event in enumerate(given.getlist(f"{one.name}_event")[:MOST]):
        where = given.get(f"{one.name}_where_{at}", "{}")[:2_000]
        lines.append(Part(event[:60], same=f"{one.name}_same_{at}" in given, where=where))
    pressed = _act(given, one.name, lines, Part())
    value = [
        {"event": line.name, "same_record": line.same, **({"where": own} if (own := _object(line.where)) else {})}
        for line in lines
        if line.name
    ]
    return Parts(lines or [Part()], value, pressed, groups=awaited_options([line.name for line in lines]))


def _object(text: str) -> dict[str, Any]:
    """JSON that is an object; anything else is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# The hours in which messages leave.


def _window_shown(one: Asked, data: Any) -> Parts:
    window = data or {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"}
    days = [str(day) for day in window.get("days", ())]
    line = Part(label=str(window.get("from", ""))[:5], number=str(window.get("to", ""))[:5], where=",".join(days))
    return Parts([line], data, on=bool(data))


def _window_given(one: Asked, given: QueryDict, user: User) -> Parts:
    days = [day for day in given.getlist(f"{one.name}_days") if day.isascii() and day.isdecimal() and len(day) == 1]
    begin, end = given.get(f"{one.name}_from", "")[:8], given.get(f"{one.name}_to", "")[:8]
    found = Parts([Part(label=begin, number=end, where=",".join(days))], on=one.name in given)
    if found.on:
        found.value = {"days": [int(day) for day in days], "from": begin, "to": end}
    return found


_MAKERS: dict[str, Any] = {
    "condition": (_condition_shown, _condition_given),
    "choices": (_choices_shown, _choices_given),
    "shares": (_shares_shown, _shares_given),
    "awaited": (_awaited_shown, _awaited_given),
    "window": (_window_shown, _window_given),
}
