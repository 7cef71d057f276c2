"""Go one way or another, by conditions."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from automation.steps.shape import Case, Decision, Fail, Go, Step, Way

ELSE = "else"


class Choice(BaseModel):
    """One branch: its name in `exits`, what it is called, and the condition that leads there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(title="Way", min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    label: str = Field("", max_length=80, title="Name")
    when: dict[str, Any] = Field(title="If", json_schema_extra={"control": "condition"})


class Branch(Step):
    """The first choice whose condition holds; otherwise the way "else"."""

    kind: Literal["branch"] = "branch"
    choices: list[Choice] = Field(
        [], max_length=10, title="Choices", description="Asked from the top; the first that holds is taken",
        json_schema_extra={"control": "choices", "needed": "Say when which way is taken."},
    )  # fmt: skip

    title: ClassVar[str] = "If / else"
    icon: ClassVar[str] = "git-fork"
    group: ClassVar[str] = "decide"
    reads: ClassVar[bool] = True

    def ways(self) -> list[Way]:
        named = [Way(one.name, one.label or self._unnamed(place)) for place, one in enumerate(self.choices, 1)]
        return [*named, Way(ELSE, "otherwise")]

    def _unnamed(self, place: int) -> str:
        return "yes" if len(self.choices) == 1 else f"way {place}"

    def lacks(self) -> dict[str, str]:
        open_ones = [one.label or self._unnamed(place) for place, one in enumerate(self.choices, 1) if not one.when]
        unsaid = {"choices": f"Say who goes “{open_ones[0]}”."} if open_ones else {}
        return super().lacks() | unsaid

    def conditions(self) -> dict[str, Any]:
        return {one.name: one.when for one in self.choices}

    def words(self) -> str:
        return ", ".join(one.label for one in self.choices if one.label)

    def decide(self, case: Case) -> Decision:
        for one in self.choices:
            asked = case.graph.condition(self.id, one.name)
            if isinstance(asked, str):
                return Fail(f"Its condition “{one.label or one.name}” cannot be worked out: {asked}")
            if case.facts.fit(asked, case.now):
                return Go(one.name, f"{one.label or 'Yes'}: {case.graph.said(self.id, one.name)}.")
        return Go(ELSE, "None of the conditions holds.")
