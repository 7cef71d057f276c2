"""The rules of an automation: who may enter again, what ends it, and how often it may write (D5, D12)."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from automation.engine.events import Awaited
from automation.engine.sending import fits

REENTRY = Literal["never", "after_finish", "after_days", "always"]
REENTRY_LABELS: dict[str, JsonValue] = {
    "never": "Once, and never again",
    "after_finish": "Again once they are through",
    "after_days": "Again after some days",
    "always": "Every time",
}
LEAVING_LABELS: dict[str, JsonValue] = {
    "stay": "They go on",
    "pause": "They pause until they are back",
    "exit": "They leave",
}


class Window(BaseModel):
    """When messages may leave, on the person's own clock: ISO weekdays (Monday is 1) and a stretch of the day; one that
    ends no later than it begins runs into the next day, so that it always opens again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: list[int] = Field(
        [1, 2, 3, 4, 5], min_length=1, max_length=7, title="Days", json_schema_extra={"control": "weekdays"}
    )
    from_: time = Field(time(9), alias="from", title="From")
    to: time = Field(time(17), title="To")

    @field_validator("days")
    @classmethod
    def real_days(cls, days: list[int]) -> list[int]:
        """Refuse a window that would never open."""
        if not set(days) <= set(range(1, 8)):
            raise ValueError("Days are numbers from 1 for Monday to 7 for Sunday.")
        return sorted(set(days))

    @field_validator("from_", "to")
    @classmethod
    def local(cls, at: time) -> time:
        """Times are of the person's own clock, so they have no zone."""
        if at.tzinfo is not None:
            raise ValueError("A time of day has no time zone here: it is read on each person's own clock.")
        return at


class Rules(BaseModel):
    """Every rule has a default that harms nobody: once per person, and no further after an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reentry: REENTRY = Field(
        "never", title="May the same person enter again", json_schema_extra={"labels": REENTRY_LABELS}
    )
    reentry_days: int = Field(
        90, ge=1, le=3650, title="After how many days", json_schema_extra={"when": {"reentry": "after_days"}}
    )
    per_record: bool = Field(
        False, title="Count each record apart",
        description="Once for each invoice, document or deal, not once for each person",
    )  # fmt: skip
    who: dict[str, Any] | None = Field(
        None, title="Who it is for", description="Only people who fit this condition enter",
        json_schema_extra={"control": "condition"},
    )  # fmt: skip
    not_while_in: list[int] = Field(
        [], max_length=50, title="Keeps clear of", description="Nobody enters who is in one of these automations",
        json_schema_extra={"control": "automations"},
    )  # fmt: skip

    stop_on_reply: bool = Field(
        True, title="Stop when they reply",
        description="Unless they are at a wait for a reply that goes on with a step of its own: then that comes next",
    )  # fmt: skip
    stop_on_colleague: bool = Field(False, title="Stop when a colleague writes or speaks to them")
    stop_on_opt_out: bool = Field(True, title="Stop when they opt out")
    stop_on_bounce: bool = Field(True, title="Stop when their address does not work")
    stop_on_meeting: bool = Field(False, title="Stop when a meeting is booked")
    goal: list[Awaited] = Field(
        [], max_length=10, title="The goal is met when", description="Events that end it with the goal met",
        json_schema_extra={"control": "awaited"},
    )  # fmt: skip
    goal_when: dict[str, Any] | None = Field(
        None, title="The goal is met while", description="A condition that ends it with the goal met",
        json_schema_extra={"control": "condition"},
    )  # fmt: skip
    exit_on: list[Awaited] = Field(
        [], max_length=10, title="They leave when", description="Events that end it",
        json_schema_extra={"control": "awaited"},
    )  # fmt: skip
    exit_when: dict[str, Any] | None = Field(
        None, title="They leave while", description="A condition that ends it",
        json_schema_extra={"control": "condition"},
    )  # fmt: skip
    leaving_audience: Literal["stay", "pause", "exit"] = Field(
        "stay", title="When they leave the audience that let them in", json_schema_extra={"labels": LEAVING_LABELS}
    )

    hold_out_percent: int = Field(
        0, ge=0, le=50, title="Held out, of a hundred", description="They get nothing, to compare with"
    )
    most_touches: int | None = Field(
        None, ge=1, le=100, title="Most messages", description="To one person in one round; then it ends"
    )
    window: Window | None = Field(
        None, title="Hours", description="Messages leave only then, on the person’s own clock"
    )
    runs_at: list[time] = Field(
        [], max_length=12, title="Runs", description="Messages leave in runs at these times, on the person’s own clock",
        json_schema_extra={"control": "times"},
    )  # fmt: skip
    batch_size: int | None = Field(
        None, ge=1, le=10_000, title="Most messages of one run", description="The others leave in the next runs"
    )

    @field_validator("runs_at")
    @classmethod
    def local(cls, times: list[time]) -> list[time]:
        """Each time once, in order, on the person's own clock."""
        if any(one.tzinfo is not None for one in times):
            raise ValueError("A time of day has no time zone here: it is read on each person's own clock.")
        return sorted(set(times))

    @model_validator(mode="after")
    def something_leaves(self) -> Rules:
        """Refuse runs of which none lies in the hours: nothing would ever leave."""
        if self.window is not None and self.runs_at and not any(fits(one, self.window) for one in self.runs_at):
            raise ValueError("None of the runs lies in the hours in which it writes, so nothing would ever leave.")
        if self.batch_size is not None and not self.runs_at:
            raise ValueError("A most for one run needs the times of the runs.")
        return self
