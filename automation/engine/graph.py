"""A version of an automation, ready to run: its steps by id, its rules, and its conditions as read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automation.definition.rules import Rules
from automation.steps.shape import Step
from crm.conditions.tree import Condition

#: Where the conditions of the rules stand, among those of the steps.
RULES = "rules"


@dataclass(frozen=True, slots=True)
class Graph:
    """`conditions` by step and name; a sentence in place of one that cannot be worked out any more. `sayings` are the same
    in words."""

    automation_id: int
    version_id: int
    start: str | None
    steps: Mapping[str, Step]
    rules: Rules
    conditions: Mapping[tuple[str, str], Condition | str] = field(default_factory=dict)
    sayings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    #: The kinds of event that people inside may wait for or leave by.
    awaited: frozenset[str] = frozenset()
    #: The date fields that its steps read.
    dates: frozenset[str] = frozenset()
    #: Why it cannot be read any more; then nothing else is known of it.
    broken: str = ""

    def asked_from(self, step: str) -> frozenset[str]:
        """The steps whose conditions a turn that begins there may ask: all that it may come to before something acts."""
        found: set[str] = set()
        ahead = [step]
        while ahead:
            here = ahead.pop()
            if here in found or here not in self.steps:
                continue
            found.add(here)
            if not self.steps[here].acts or self.steps[here].waits():  # what waits acts once, and only decides later
                ahead += [one for one in self.steps[here].exits.values() if one]
        return frozenset(found)

    def condition(self, step: str, name: str) -> Condition | str:
        """A condition, or why it cannot be worked out."""
        return self.conditions.get((step, name), "It is not there.")

    def said(self, step: str, name: str) -> str:
        """The condition in words."""
        return self.sayings.get((step, name), "")
