"""What an audience asks for, read once as long as it stays the same; and what is wrong when it cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crm.conditions.language import BadCondition, read
from crm.conditions.passing_time import crossing
from crm.conditions.tree import Condition
from crm.models import Audience, Organisation


class Known:
    """The conditions of one run: each is read when first asked for, again when it has been changed."""

    def __init__(self) -> None:
        """Read the zone whose calendar days count."""
        self.zone = Organisation.objects.current().time_zone
        self._read: dict[tuple[int, int], Condition | BadCondition] = {}

    def of(self, audience: Audience) -> Condition:
        """Raises BadCondition for one that names what is gone."""
        key = (audience.pk, audience.version)
        if key not in self._read:
            try:
                self._read[key] = read(audience.condition)
            except BadCondition as problem:
                self._read[key] = problem
        found = self._read[key]
        if isinstance(found, BadCondition):
            raise found
        return found


def moves_with_time(condition: Condition, now: datetime, zone: str) -> bool:
    """Whether somebody may come or go merely because time passes: within a year some end of a range must move."""
    return crossing(condition, now, now + timedelta(days=370), zone) is not None


def sentence(problem: BadCondition) -> str:
    """Why it cannot be worked out, short enough for its column."""
    return str(problem)[:500] or "Its condition cannot be read any more."


def named(audiences: Iterable[Audience]) -> str:
    """ "“A”", "“A” and “B”", "“A”, “B” and 3 others"."""
    names = [f"“{one.name}”" for one in audiences]
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} others"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
