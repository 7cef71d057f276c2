"""Go on somewhere else."""

from __future__ import annotations

from typing import ClassVar, Literal

from automation.steps.shape import NEXT, Case, Decision, Fail, Go, Step, Way


class GoTo(Step):
    """Its way out leads to any step, also to one before: then something on the way must wait."""

    kind: Literal["go_to"] = "go_to"

    title: ClassVar[str] = "Go to"
    icon: ClassVar[str] = "corner-down-left"
    group: ClassVar[str] = "flow"

    def ways(self) -> list[Way]:
        return [Way(NEXT, "goes to")]

    def lacks(self) -> dict[str, str]:
        return {} if self.exits.get(NEXT) else {"exits": "Choose the step to go to."}

    def decide(self, case: Case) -> Decision:
        for sentence in self.lacks().values():
            return Fail(sentence)
        return Go(NEXT, "Goes on there.")
