"""Send some one way and some another, to see which does better."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from automation.holding_out import share_of
from automation.steps.shape import Case, Decision, Go, Step, Way

#: In the memory: which way somebody went at each split, so that they go the same way whenever they come again.
SPLIT = "split"


class Share(BaseModel):
    """One of the ways, and how many of a hundred go there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(title="Way", min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    label: str = Field("", max_length=80, title="Name")
    percent: int = Field(50, ge=0, le=100, title="Of a hundred")


class Split(Step):
    """By chance, but always the same way for the same person: a stable number of the contact decides, and what was
    decided is remembered even if the shares change."""

    kind: Literal["split"] = "split"
    shares: list[Share] = Field(
        [Share(name="a", label="A"), Share(name="b", label="B")], min_length=2, max_length=5, title="Ways",
        description="Together a hundred", json_schema_extra={"control": "shares"},
    )  # fmt: skip

    title: ClassVar[str] = "A/B split"
    icon: ClassVar[str] = "split"
    group: ClassVar[str] = "decide"

    @model_validator(mode="after")
    def together_a_hundred(self) -> Split:
        """Refuse shares that leave somebody without a way, or a name twice."""
        if sum(one.percent for one in self.shares) != 100:
            raise ValueError("The shares must come to 100 together.")
        if len({one.name for one in self.shares}) < len(self.shares):
            raise ValueError("Two ways have the same name.")
        return self

    def ways(self) -> list[Way]:
        return [Way(one.name, f"{one.label or one.name}, {one.percent} %") for one in self.shares]

    def words(self) -> str:
        return " / ".join(str(one.percent) for one in self.shares)

    def decide(self, case: Case) -> Decision:
        before = case.state.memory.get(SPLIT, {})
        name = before.get(self.id)
        if name not in {one.name for one in self.shares}:
            name = self._drawn(case)
        share = next(one for one in self.shares if one.name == name)
        return Go(name, f"Fell to {share.label or name}.", keep={SPLIT: {**before, self.id: name}})

    def _drawn(self, case: Case) -> str:
        number = share_of(SPLIT, case.graph.automation_id, self.id, case.facts.contact_id) * 100
        for one in self.shares:
            number -= one.percent
            if number < 0:
                return one.name
        return next(one.name for one in reversed(self.shares) if one.percent)
