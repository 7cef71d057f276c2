"""What a rehearsal shows: one line for everything that would happen, in the order of the simulated time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

#: The kinds of line.
ENTERED, STEP, WAITS, MESSAGE, FOLLOWUP, CHANGE, WEBHOOK, NOTICE, HAPPENS, OTHER, LEFT, PARKED = (
    "entered", "step", "waits", "message", "followup", "change", "webhook", "notice", "happens", "other", "left", "parked",
)  # fmt: skip


@dataclass(slots=True)
class Preview:
    """A message as it would look. `verdict` is what became of it: "sent", "held", "not sent" or "failed"; `why` is the
    gate's sentence, `leaves_at` when it leaves, or would at the earliest."""

    message_id: int
    channel: str
    to: str
    subject: str
    text: str
    html: str
    verdict: str
    why: str
    written_at: datetime
    leaves_at: datetime | None


@dataclass(slots=True)
class Line:
    """`step` is the id of the step that it belongs to, `way` the name of the way taken; `until` when a wait is over."""

    at: datetime
    kind: str
    title: str
    why: str = ""
    icon: str = "circle"
    step: str = ""
    way: str = ""
    way_label: str = ""
    until: datetime | None = None
    preview: Preview | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Rehearsed:
    """`outcome` is the status in which it ended, `because` why. `cut` says why it was not followed to the end, and
    `beware` what would be otherwise in earnest. `forced` are the ways that were taken whatever the facts, by step."""

    contact_id: int
    version: int
    start: datetime
    lines: list[Line] = field(default_factory=list)
    outcome: str = ""
    because: str = ""
    ended_at: datetime | None = None
    cut: str = ""
    beware: list[str] = field(default_factory=list)
    forced: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The steps that were left, each with its way."""
        return [(line.step, line.way) for line in self.lines if line.kind == STEP]

    @property
    def messages(self) -> list[Preview]:
        return [line.preview for line in self.lines if line.preview is not None]


def as_data(one: Rehearsed) -> dict[str, Any]:
    """As plain JSON: times in ISO 8601."""
    found: dict[str, Any] = _plain(asdict(one))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
