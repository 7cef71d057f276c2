"""Wait until something happens, at most for a time."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from automation.engine.events import Awaited, Seen, is_reply
from automation.engine.spans import LOCAL_UNITS, UNITS, add_span, span_words
from automation.engine.state import ACTED_AT, HEARD, State
from automation.steps.shape import ON_THEIR_CLOCK, Case, Decision, Go, Stay, Step, Way

HAPPENED, TIMED_OUT = "happened", "timed_out"


class WaitForEvent(Step):
    """Wait for one of the events; whichever is stored first wins over the time-out, however late it is heard of."""

    kind: Literal["wait_for_event"] = "wait_for_event"
    events: list[Awaited] = Field(
        [], max_length=10, title="Wait for", description="Whichever of these comes first",
        json_schema_extra={"control": "awaited", "needed": "Say what to wait for."},
    )  # fmt: skip
    amount: int = Field(3, ge=0, le=3650, title="At most", description="Then they go on without it")
    unit: UNITS = Field("days", title="Unit")

    title: ClassVar[str] = "Wait for something"
    icon: ClassVar[str] = "hourglass"
    group: ClassVar[str] = "wait"
    reads: ClassVar[bool] = True

    def ways(self) -> list[Way]:
        return [Way(HAPPENED, "it happened"), Way(TIMED_OUT, f"not within {span_words(self.amount, self.unit)}")]

    def awaits(self) -> frozenset[str]:
        return frozenset(kind for one in self.events for kind in one.kinds())

    def leads_on(self, event: Seen, state: State) -> bool:
        return self.exits.get(HAPPENED) is not None and self._hears(event, state)

    def _hears(self, event: Seen, state: State) -> bool:
        fresh = event.at >= state.listening_since and event.id != state.heard
        return fresh and any(one.fits(event, state) for one in self.events)

    def wakes(self) -> frozenset[str]:
        return ON_THEIR_CLOCK if self.unit in LOCAL_UNITS else frozenset()

    def waits(self) -> bool:
        return self.amount > 0

    def words(self) -> str:
        awaited = " or ".join(one.words() for one in self.events)
        return f"{awaited or 'something'}, up to {span_words(self.amount, self.unit)}"

    def decide(self, case: Case) -> Decision:
        for event in case.facts.events:
            if self._hears(event, case.state):
                heard: dict[str, Any] = {HEARD: event.id, ACTED_AT: event.at.isoformat()}
                if is_reply(event) and self.leads_on(event, case.state):
                    # Several that came before the engine looked are one answer.
                    heard |= case.state.after(
                        [one for one in case.facts.events if is_reply(one) and self._hears(one, case.state)]
                    )
                return Go(HAPPENED, f"{event.words}.", keep=heard, data={"event": event.id})
        until = add_span(case.state.since, self.amount, self.unit, case.facts.zone, case.facts.hours)
        if case.now >= until:
            why = f"Nothing of the kind within {span_words(self.amount, self.unit)}."
            return Go(TIMED_OUT, why, keep={ACTED_AT: case.now.isoformat()})
        return Stay(until, f"Waits for: {self.words()}.")
