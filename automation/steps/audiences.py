"""Put into an audience, or take out: those that are kept by hand."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import ChangeMembership, Effect
from automation.steps.acting import Acting
from automation.steps.fields import Extra, Id
from automation.steps.shape import Case

WHICH: Extra = {"control": "audience", "audience_kind": "static", "needed": "Choose the audience."}


class AddToAudience(Acting):
    """Only one that is kept by hand: the others go by their condition."""

    kind: Literal["add_to_audience"] = "add_to_audience"
    audience: Id | None = Field(None, title="Audience", json_schema_extra=WHICH)

    title: ClassVar[str] = "Add to audience"
    icon: ClassVar[str] = "users"

    def effect(self, case: Case) -> Effect:
        return ChangeMembership(self.audience, add=True)


class RemoveFromAudience(Acting):
    """Only one that is kept by hand."""

    kind: Literal["remove_from_audience"] = "remove_from_audience"
    audience: Id | None = Field(None, title="Audience", json_schema_extra=WHICH)

    title: ClassVar[str] = "Remove from audience"
    icon: ClassVar[str] = "users"

    def effect(self, case: Case) -> Effect:
        return ChangeMembership(self.audience, add=False)
