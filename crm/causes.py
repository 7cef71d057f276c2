"""What causes the changes that are being made: an automation tells it once, and every event recorded meanwhile bears it.

So an automation can leave its own writes alone, and a chain of automations that set each other off comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

#: Where an event says which automation made it.
AUTOMATION = "automation_id"


@dataclass(frozen=True, slots=True)
class Cause:
    """The event at the beginning of it, how many causes lie before what is being done, and whose doing it is."""

    event_id: int | None
    depth: int
    automation_id: int


_causes: ContextVar[Mapping[int, Cause]] = ContextVar("causes", default={})  # noqa: B039  # never written to


@contextmanager
def causes(by_contact: Mapping[int, Cause]) -> Iterator[None]:
    """While this lasts, events of these contacts are caused so."""
    token = _causes.set(by_contact)
    try:
        yield
    finally:
        _causes.reset(token)


def cause_for(contact_id: int | None) -> Cause | None:
    """What causes a change to that contact now."""
    return _causes.get().get(contact_id or 0)
