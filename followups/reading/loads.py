"""What each colleague carries, for whoever gives them more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.models import User
from followups.assignment import candidates


@dataclass(frozen=True, slots=True)
class Load:
    """One colleague: open follow-ups of how many they can carry, and whether they are away today."""

    id: int
    name: str
    open: int
    capacity: int
    absent: bool
    is_me: bool

    @property
    def words(self) -> str:
        """ "12 of 20 open", with what else matters."""
        said = f"{self.open} of {self.capacity} open"
        return f"{said}, away today" if self.absent else said

    @property
    def tone(self) -> str:
        return "danger" if self.open >= self.capacity else "warn" if self.open >= self.capacity * 0.8 else "good"


def loads(user: User, now: datetime) -> list[Load]:
    """Everybody who can hold follow-ups, with most room first; those away last. Four queries."""
    people = [Load(one.id, one.name, one.open, one.capacity, one.absent, one.id == user.pk) for one in candidates(now)]
    return sorted(people, key=lambda one: (one.absent, one.open / max(1, one.capacity), one.name))


def people_to_choose(user: User, now: datetime) -> list[tuple[int, str]]:
    """For a form's choice: oneself first, then whoever has most room, each with what they carry."""
    ordered = sorted(loads(user, now), key=lambda one: not one.is_me)
    return [(one.id, f"{'Me' if one.is_me else one.name}, {one.words}") for one in ordered]
