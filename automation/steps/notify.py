"""Tell a colleague."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect, NotifyColleague
from automation.steps.acting import Acting
from automation.steps.fields import Extra, Id
from automation.steps.shape import Case

TO_LABELS: Extra = {
    "owner": "The owner",
    "manager": "Whoever leads the owner",
    "person": "A colleague",
    "team": "A team",
}


class Notify(Acting):
    """In the app and by the channels that each of them wants for news of automations."""

    kind: Literal["notify"] = "notify"
    to: Literal["owner", "manager", "person", "team"] = Field(
        "owner", title="Tell", json_schema_extra={"labels": TO_LABELS}
    )
    person: Id | None = Field(
        None, title="Colleague", json_schema_extra={"control": "person", "when": {"to": "person"}}
    )
    team: Id | None = Field(None, title="Team", json_schema_extra={"control": "team", "when": {"to": "team"}})
    subject: str = Field(
        "Look at {{ contact.full_name|this client }}", min_length=1, max_length=200, title="Heading",
        description="{{ contact.full_name }} becomes their name",
    )  # fmt: skip
    text: str = Field(
        "", max_length=2000, title="What to say",
        json_schema_extra={"control": "long_text"},
    )  # fmt: skip
    urgent: bool = Field(False, title="Urgent", description="Comes through their quiet hours")

    title: ClassVar[str] = "Tell a colleague"
    icon: ClassVar[str] = "bell"

    def lacks(self) -> dict[str, str]:
        if self.to == "person" and self.person is None:
            return {"person": "Choose the colleague."}
        if self.to == "team" and self.team is None:
            return {"team": "Choose the team."}
        return {}

    def words(self) -> str:
        return str(TO_LABELS[self.to]).lower()

    def effect(self, case: Case) -> Effect:
        return NotifyColleague(self.to, self.subject, self.text, self.person, self.team, self.urgent)
