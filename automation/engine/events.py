"""Events as the engine reads them, and what somebody may wait for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from automation.engine.state import State

REPLY = "reply"

#: Names for several kinds of event that mean the same to people.
ALIASES: dict[str, frozenset[str]] = {REPLY: frozenset({"message_received", "call_logged", "meeting_logged"})}


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored event. `at` is when it was stored, which is what races are decided by."""

    id: int
    kind: str
    at: datetime
    actor: str = ""
    user_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    two_way: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def said_at(self) -> datetime:
        """When they spoke, as the policy gate has it: a message may come long after it was sent."""
        said = self.data.get("said_at") if self.kind == "message_received" else None
        return datetime.fromisoformat(said) if said else self.at


def is_reply(event: Seen) -> bool:
    """Whether a person on their side spoke: an answer of theirs, a call that was answered, a meeting held."""
    return event.two_way and event.kind in ALIASES[REPLY]


class Awaited(BaseModel):
    """An event that somebody waits for. `same_record`: only about the record that the person is in for. `where` are
    values that the event's data must have; "two_way" is whether somebody was really reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(min_length=1, max_length=60)
    same_record: bool = True
    where: dict[str, str | int | bool] = Field({}, max_length=10)

    def kinds(self) -> frozenset[str]:
        return ALIASES.get(self.event, frozenset({self.event}))

    def words(self) -> str:
        return "a reply" if self.event == REPLY else self.event.removeprefix("custom.").replace("_", " ")

    def fits(self, event: Seen, state: State) -> bool:
        """Whether this is what is waited for."""
        if event.kind not in self.kinds() or (self.event == REPLY and not is_reply(event)):
            return False
        if self.same_record and not same_record(event, state):
            return False
        said = {"two_way": event.two_way, **event.data}
        return all(said.get(name) == value for name, value in self.where.items())


def same_record(event: Seen, state: State) -> bool:
    """Whether the event is not about another record of the same kind than the one the person is in for."""
    about = state.about
    if about is None:
        return True
    if event.subject_kind == about.kind:
        return event.subject_id == about.id
    named = event.data.get(f"{about.kind}_id")
    return named is None or named == about.id
