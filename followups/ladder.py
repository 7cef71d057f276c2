"""The escalation ladder: who is told next about a follow-up that nobody has settled. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

#: From the first to be told to the last; the number of a rung is its place here.
RUNGS = ("owner", "deputy", "team lead", "administrator")
TEAM_LEAD = RUNGS.index("team lead")


@dataclass(frozen=True, slots=True)
class Climber:
    """Somebody on a rung; `present` is false on a day of absence."""

    id: int
    name: str
    present: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """Tell these people, as `rung`. `level` is the number of rungs climbed then. Nobody to tell, but `again`: those
    who are left are away today, so ask again later. `again` is false once there is nobody left to come."""

    tell: tuple[Climber, ...]
    rung: str
    level: int
    again: bool


def next_rung(rungs: Sequence[Sequence[Climber]], level: int, told: Collection[int]) -> Step:
    """The next step from `level`: the first rung with somebody present who was not told yet; everybody there is told.

    Whoever is away is passed over today. When only those are left, the climb waits for them.
    """
    for place in range(level, len(rungs)):
        here = tuple(one for one in rungs[place] if one.present and one.id not in told)
        if here:
            heard = {*told, *(one.id for one in here)}
            return Step(here, RUNGS[place], place + 1, _somebody_left(rungs[place + 1 :], heard))
    return Step((), "", level, _somebody_left(rungs[level:], told))


def _somebody_left(rungs: Sequence[Sequence[Climber]], told: Collection[int]) -> bool:
    return any(one.id not in told for rung in rungs for one in rung)
