"""Note that somebody was tried in vain."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect
from automation.engine.effects import LogAttempt as Logging
from automation.steps.acting import Acting
from automation.steps.fields import Extra
from automation.steps.shape import Case

CHANNELS: Extra = {"call": "Call", "email": "E-mail", "message": "Message", "meeting": "Meeting"}


class LogAttempt(Acting):
    """On the timeline, as an attempt: it moves the last attempt, never the last real contact."""

    kind: Literal["log_attempt"] = "log_attempt"
    channel: Literal["call", "email", "message", "meeting"] = Field(
        "call", title="By", json_schema_extra={"labels": CHANNELS}
    )
    notes: str = Field("", max_length=500, title="Note", json_schema_extra={"control": "long_text"})

    title: ClassVar[str] = "Log an attempt"
    icon: ClassVar[str] = "phone-off"

    def words(self) -> str:
        return str(CHANNELS[self.channel]).lower()

    def effect(self, case: Case) -> Effect:
        return Logging(self.channel, self.notes)
