"""What a step is: its settings, its ways out, and the decision that it takes. Knows no database and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from automation.engine.effects import Effect
    from automation.engine.events import Seen
    from automation.engine.facts import Facts
    from automation.engine.graph import Graph
    from automation.engine.state import State

NEXT = "next"

#: After these a wait that goes by the person's own clock is reckoned anew: they may have moved to another zone.
ON_THEIR_CLOCK = frozenset({"contact_changed"})


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a step: its name in the definition, and what the builder writes on it."""

    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What a step is asked with: where the person is, what is known of them, and the time."""

    graph: Graph
    state: State
    facts: Facts
    now: datetime


@dataclass(frozen=True, slots=True)
class Go:
    """Leave by a way, for a reason in plain words; `effect` is what is to be written first. `keep` goes into the memory
    of the enrollment, `data` into the record of the visit."""

    way: str
    why: str
    effect: Effect | None = None
    keep: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stay:
    """Wait here until a moment, or for good where only an event can end it. `effect` is written once, before waiting."""

    until: datetime | None
    why: str
    effect: Effect | None = None
    keep: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """Leave the automation. `reason` is one of `automation.engine.state.StopReason`; empty means: finished."""

    why: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """The step cannot be done as things are: a person has to look. `why` is said to them."""

    why: str


Decision = Go | Stay | End | Fail


class Step(BaseModel):
    """The base of every kind of step. A subclass sets `kind` as a Literal and overrides `decide`.

    `exits` name the next step for each way out; a way that is missing or null ends there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    kind: str
    exits: dict[str, str | None] = {}
    note: str = Field(
        "", max_length=500, title="Note", description="Only colleagues see it, here",
        json_schema_extra={"control": "long_text"},
    )  # fmt: skip

    #: What the palette and the pages call it, its picture, and the group it stands in:
    #: "message", "wait", "decide", "do" or "flow".
    title: ClassVar[str] = ""
    icon: ClassVar[str] = "circle"
    group: ClassVar[str] = "do"
    #: It writes something; a turn of the engine ends after one that does, so that what follows reads fresh facts.
    acts: ClassVar[bool] = False
    #: It looks at conditions or events, so it must not be asked with facts from before an effect.
    reads: ClassVar[bool] = False

    def ways(self) -> list[Way]:
        """The ways out, in the order in which they are drawn."""
        return [Way(NEXT)]

    def conditions(self) -> dict[str, Any]:
        """The conditions that it asks about, as data, by a name of its own choosing."""
        return {}

    def awaits(self) -> frozenset[str]:
        """The kinds of event that may end its waiting."""
        return frozenset()

    def leads_on(self, event: Seen, state: State) -> bool:
        """Whether it waits for this event and has a step of its own for it."""
        return False

    def wakes(self) -> frozenset[str]:
        """The kinds of event after which it must be asked again, although it does not read them: a changed clock, a
        changed date."""
        return frozenset()

    def dates(self) -> frozenset[str]:
        """The date fields that it reads: "contact.passport-expiry" (an own field), "invoice.due_on"."""
        return frozenset()

    def lacks(self) -> dict[str, str]:
        """What must still be chosen before it can work, a sentence for each field. A field says so itself by "needed" in
        its metadata."""
        found = {}
        for name, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            needed = extra.get("needed") if isinstance(extra, dict) else None
            if needed and getattr(self, name) in (None, "", [], ()):
                found[name] = str(needed)
        return found

    def waits(self) -> bool:
        """Whether time must pass here: a loop needs at least one such step."""
        return False

    def words(self) -> str:
        """What it does, in a few words for the second line of its card."""
        return ""

    def decide(self, case: Case) -> Decision:
        """What to do now. Asked again after each wait, with the same state: so it must not count on being asked once."""
        raise NotImplementedError
