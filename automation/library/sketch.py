"""What an entry will do, said before it is installed: nothing is looked up, nothing is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from automation.editing.saying import heading, readable
from automation.library.registry import ENTRIES
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

#: Settings that name a record.
_NAMING = ("template", "tag", "stage", "audience")
#: Steps that a reader does not miss.
_SILENT = frozenset({"end", "go_to"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that it does: its picture, the group of its colour, and up to two pieces of words."""

    icon: str
    group: str
    title: str
    detail: str

    @property
    def words(self) -> str:
        """The line as one text."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


@dataclass(frozen=True, slots=True)
class Sketch:
    """What lets people in, and the steps in the order in which they are written."""

    triggers: tuple[Line, ...]
    steps: tuple[Line, ...]


@cache
def sketch(slug: str) -> Sketch:
    """The sketch of an entry, made once. Raises KeyError for an unknown one."""
    place = _Anywhere()
    definition = ENTRIES[slug].definition(place)
    return Sketch(
        tuple(_trigger(one, place) for one in definition["triggers"]),
        tuple(_step(one, place) for one in definition["steps"] if one["kind"] not in _SILENT),
    )


def _trigger(trigger: dict[str, Any], place: _Anywhere) -> Line:
    model = TRIGGERS[trigger["kind"]]
    said = [*place.names_in(trigger).values(), model.model_validate(trigger).words()]
    return Line(model.icon, "trigger", model.title, readable(" · ".join(one for one in said if one)))


def _step(step: dict[str, Any], place: _Anywhere) -> Line:
    model = STEPS[step["kind"]]
    title, detail = heading(step, place.names_in(step))
    return Line(model.icon, model.group, title, detail)


class _Anywhere:
    """A place where everything is there; it remembers what it was asked for."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked: list[str] = []

    def names_in(self, part: dict[str, Any]) -> dict[str, str]:
        """The names of the records that a step or trigger speaks of."""
        return {name: self.asked[part[name] - 1] for name in _NAMING if part.get(name)}

    def _number(self, name: str) -> int:
        self.asked.append(name)
        return len(self.asked)

    def template(self, name: str, channel: str = "email") -> int | None:
        return self._number(name)

    def tag(self, name: str) -> int:
        return self._number(name)

    def stage(self, name: str) -> int | None:
        return self._number(name)

    def followup_template(self, name: str) -> int | None:
        return None

    def team(self, name: str) -> int | None:
        return None

    def audience(self, name: str) -> int:
        return self._number(name)

    def outcome(self, slug: str, label: str = "", sense: str = "neutral") -> str:
        return slug

    def automation(self, slug: str) -> int | None:
        return self._number(slug)
