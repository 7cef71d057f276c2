"""Give them to a colleague."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import AssignOwner as Giving
from automation.engine.effects import Effect
from automation.steps.acting import Acting
from automation.steps.fields import Extra, Id
from automation.steps.shape import Case

HOW: Extra = {
    "person": "A colleague",
    "least_loaded": "Whoever has most room",
    "team": "Whoever has most room in a team",
}


class AssignOwner(Acting):
    """Load, capacity, absence and territory count as in the sharing out of follow-ups, and the reason is kept."""

    kind: Literal["assign_owner"] = "assign_owner"
    how: Literal["person", "least_loaded", "team"] = Field(
        "least_loaded", title="Give to", json_schema_extra={"labels": HOW}
    )
    person: Id | None = Field(
        None, title="Colleague", json_schema_extra={"control": "person", "when": {"how": "person"}}
    )
    team: Id | None = Field(None, title="Team", json_schema_extra={"control": "team", "when": {"how": "team"}})
    only_without: bool = Field(False, title="Only who has no owner")

    title: ClassVar[str] = "Assign an owner"
    icon: ClassVar[str] = "user-round-check"

    def lacks(self) -> dict[str, str]:
        if self.how == "person" and self.person is None:
            return {"person": "Choose the colleague."}
        if self.how == "team" and self.team is None:
            return {"team": "Choose the team."}
        return {}

    def words(self) -> str:
        return str(HOW[self.how]).lower()

    def effect(self, case: Case) -> Effect:
        return Giving(self.how, self.person, self.team, self.only_without)
