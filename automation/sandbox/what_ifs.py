"""What somebody supposes for a rehearsal: "they reply two days after the first e-mail". Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from automation.engine.spans import UNITS, Hours, add_span, span_words

KINDS: dict[str, str] = {
    "reply": "They reply",
    "open": "They open the last e-mail",
    "click": "They click a link in the last e-mail",
    "bounce": "The last message comes back",
    "unsubscribe": "They unsubscribe",
    "away": "Their mail program says that they are away",
    "complete_followup": "The follow-up is completed",
    "pay_invoice": "They pay the invoice",
    "form": "They send a form",
    "call": "A colleague speaks with them",
    "meeting": "They meet a colleague",
    "event": "Another event",
}
MOST = 50


class BadWhatIf(ValueError):
    """What was supposed cannot be read; `problems` are (place and field, sentence)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {sentence}" if place else sentence for place, sentence in problems))
        self.problems = problems


class WhatIf(BaseModel):
    """One thing that happens: at a moment, or so long after the start, or after a step was left. What does not come about
    because its step is never passed is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal[
        "reply", "open", "click", "bounce", "unsubscribe", "away", "complete_followup", "pay_invoice", "form", "call",
        "meeting", "event",
    ]  # fmt: skip
    at: AwareDatetime | None = None
    step: str = Field("", max_length=40)
    amount: int = Field(0, ge=0, le=3650)
    unit: UNITS = "days"
    outcome: str = Field("", max_length=60)
    form: str = Field("", max_length=200)
    event: str = Field("", max_length=60)
    text: str = Field("", max_length=2_000)
    data: dict[str, str | int | float | bool | None] = Field({}, max_length=50)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "event" and not self.event:
            raise ValueError("Say which event happens.")
        if self.kind == "complete_followup" and not self.outcome:
            raise ValueError("Say what comes of the follow-up.")
        return self

    def moment(self, left: dict[str, datetime], start: datetime, zone: str, hours: Hours) -> datetime | None:
        """When it happens; None while the step that it follows has not been left. `left` says when each step was."""
        if self.at is not None:
            return max(self.at, start)
        since = left.get(self.step) if self.step else start
        return None if since is None else add_span(since, self.amount, self.unit, zone, hours)

    def words(self) -> str:
        """What is supposed, for people."""
        named = self.outcome or self.form or self.event
        return f"{KINDS[self.kind]}{f': {named}' if named else ''}"

    def when_words(self) -> str:
        """When, for people; empty for a moment, which pages show in a zone."""
        if self.at is not None:
            return ""
        since = f"step {self.step}" if self.step else "the start"
        return f"{span_words(self.amount, self.unit)} after {since}" if self.amount else f"right after {since}"


def read_what_ifs(given: Any) -> list[WhatIf]:
    """Read a list from JSON or a form. Raises BadWhatIf."""
    if not isinstance(given, list):
        raise BadWhatIf([("", "Give a list of events.")])
    if len(given) > MOST:
        raise BadWhatIf([("", f"At most {MOST} events can be supposed.")])
    found, problems = [], []
    for place, one in enumerate(given):
        try:
            found.append(WhatIf.model_validate(one))
        except ValidationError as bad:
            for error in bad.errors():
                where = ".".join(str(part) for part in (place, *error["loc"]))
                problems.append((where, error["msg"].removeprefix("Value error, ")))
    if problems:
        raise BadWhatIf(problems)
    return found
