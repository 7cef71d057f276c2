"""Make a follow-up, and wait for it if asked."""

from __future__ import annotations

from datetime import datetime, time
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from automation.engine.effects import CreateFollowUp as Creation
from automation.engine.events import Seen
from automation.engine.spans import LOCAL_UNITS, UNITS, add_span, span_words
from automation.engine.state import ACTED_AT, HEARD, MADE, made_key
from automation.steps.fields import Extra, Id
from automation.steps.shape import NEXT, ON_THEIR_CLOCK, Case, Decision, Fail, Go, Stay, Step, Way

DONE, LATE = "done", "late"
COMPLETED = "followup_completed"
GONE = frozenset({"followup_cancelled", "followup_deleted"})
WHOM: Extra = {
    "owner": "The owner",
    "least_loaded": "Whoever has most room",
    "another": "Somebody other than the owner",
    "person": "A colleague",
}


class CreateFollowUp(Step):
    """From a template, or in own words. Waiting for it, people go on when it is completed, each outcome its own way if
    wished, or when it took too long."""

    kind: Literal["create_followup"] = "create_followup"
    template: Id | None = Field(
        None, title="Template", description="What is left empty below is the template's",
        json_schema_extra={"control": "followup_template"},
    )  # fmt: skip
    subject: str = Field("", max_length=200, title="Subject", description="{{ contact.first_name }} becomes their name")
    description: str = Field(
        "", max_length=5000, title="Details",
        json_schema_extra={"control": "long_text", "seldom": True},
    )  # fmt: skip
    type: str = Field(
        "", max_length=40, title="Type", description="How the client is reached",
        json_schema_extra={"control": "followup_type"},
    )  # fmt: skip
    priority: Literal["", "low", "medium", "high", "urgent"] = Field(
        "", title="Priority",
        json_schema_extra={
            "seldom": True,
            "labels": {
                "": "As the template, else medium", "low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent",
            }
        },
    )  # fmt: skip
    due_in: int = Field(1, ge=0, le=3650, title="Due in")
    due_unit: UNITS = Field("days", title="Unit")
    due_at: time | None = Field(
        None, title="At", description="Where the colleague is; empty means any time of that day",
        json_schema_extra={"seldom": True},
    )  # fmt: skip
    whom: Literal["owner", "least_loaded", "another", "person"] = Field(
        "owner", title="For", json_schema_extra={"labels": WHOM}
    )
    person: Id | None = Field(
        None, title="Colleague", json_schema_extra={"control": "person", "when": {"whom": "person"}}
    )
    wait: bool = Field(False, title="Wait until it is completed")
    by_outcome: list[str] = Field(
        [], max_length=10, title="Own ways for", description="Outcomes that lead somewhere else than the others",
        json_schema_extra={"control": "outcome", "when": {"wait": True}},
    )  # fmt: skip
    late_after: int = Field(
        14, ge=0, le=3650, title="At most", description="Counted from its due time; then they go on without it",
        json_schema_extra={"when": {"wait": True}},
    )  # fmt: skip
    late_unit: UNITS = Field("days", title="Unit", json_schema_extra={"when": {"wait": True}})

    title: ClassVar[str] = "Create follow-up"
    icon: ClassVar[str] = "list-plus"
    acts: ClassVar[bool] = True

    @field_validator("by_outcome")
    @classmethod
    def told_apart(cls, slugs: list[str]) -> list[str]:
        """Refuse what is no outcome's name, or comes twice."""
        if len({way_of(one) for one in slugs}) < len(slugs):
            raise ValueError("Each outcome may be named once.")
        if any(not one or len(one) > 40 for one in slugs):
            raise ValueError("An outcome is named by its short name.")
        return slugs

    def ways(self) -> list[Way]:
        if not self.wait:
            return [Way(NEXT)]
        late = (
            f"not done {span_words(self.late_after, self.late_unit)} after it was due"
            if self.late_after
            else "not done in time"
        )
        own = [Way(way_of(one), one.replace("-", " ").replace("_", " ")) for one in self.by_outcome]
        return [*own, Way(DONE, "done" if not own else "any other outcome"), Way(LATE, late)]

    def awaits(self) -> frozenset[str]:
        return frozenset({COMPLETED, *GONE}) if self.wait else frozenset()

    def wakes(self) -> frozenset[str]:
        return ON_THEIR_CLOCK if self.wait and {self.due_unit, self.late_unit} & LOCAL_UNITS else frozenset()

    def waits(self) -> bool:
        return self.wait

    def lacks(self) -> dict[str, str]:
        found = {}
        if self.template is None and not self.subject:
            found["subject"] = "Choose a template or write a subject."
        if self.template is None and not self.type:
            found["type"] = "Choose the type."
        if self.whom == "person" and self.person is None:
            found["person"] = "Choose the colleague."
        return found

    def words(self) -> str:
        due = f"due in {span_words(self.due_in, self.due_unit)}" if self.due_in else "due the same day"
        return f"{self.subject}, {due}" if self.subject else due

    def decide(self, case: Case) -> Decision:
        for sentence in self.lacks().values():
            return Fail(sentence)
        if not self.wait:
            return Go(NEXT, "Created the follow-up.", effect=self._effect())
        made = case.state.memory.get(MADE, {}).get(made_key(self.id, case.state.visits))
        until = self._patience(case)
        if made is None:
            return Stay(until, "Waits until the follow-up is completed.", effect=self._effect())
        for event in case.facts.events:
            if event.subject_kind == "followup" and event.subject_id == made and event.kind in (COMPLETED, *GONE):
                heard = {HEARD: event.id, ACTED_AT: event.at.isoformat()}
                return Go(self._way(event), f"{event.words}.", keep=heard, data={"event": event.id, "followup": made})
        if case.now >= until:
            why = f"It was not completed within {span_words(self.late_after, self.late_unit)} after it was due."
            return Go(LATE, why, keep={ACTED_AT: case.now.isoformat()}, data={"followup": made})
        return Stay(until, "Waits until the follow-up is completed.")

    def _way(self, event: Seen) -> str:
        if event.kind in GONE:
            return LATE
        outcome = str(event.data.get("outcome", ""))
        return way_of(outcome) if outcome in self.by_outcome else DONE

    def _patience(self, case: Case) -> datetime:
        zone, hours = case.facts.zone, case.facts.hours
        due = add_span(case.state.since, self.due_in, self.due_unit, zone, hours)
        return add_span(due, self.late_after, self.late_unit, zone, hours)

    def _effect(self) -> Creation:
        return Creation(
            template_id=self.template,
            subject=self.subject,
            description=self.description,
            type=self.type,
            priority=self.priority,
            amount=self.due_in,
            unit=self.due_unit,
            at=self.due_at,
            whom=self.whom,
            person_id=self.person,
        )


def way_of(outcome: str) -> str:
    """The way that an outcome leads to; the record of a step has room for so many letters."""
    return f"outcome:{outcome}"[:40]
