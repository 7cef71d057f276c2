"""Who checks in with whom tonight: the most neglected first, nobody swamped. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from followups.choosing import Candidate, Need, choose, give


@dataclass(frozen=True, slots=True)
class Neglected:
    """A contact past its rhythm with nothing planned. `times` counts the check-ins already made for this silence."""

    contact_id: int
    name: str
    owner_id: int | None
    need: Need
    rots_at: datetime
    days: int
    rhythm: int
    times: int = 0


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One to make, with the reason why it is this person's."""

    client: Neglected
    assignee_id: int
    because: str


def share_check_ins(
    neglected: Sequence[Neglected], people: Sequence[Candidate], deputies: Mapping[int, int], most: int
) -> list[CheckIn]:
    """At most `most` a person: the owner's own, their deputy's while they are away, else whoever has most room.

    Those for whom nobody has a place left are for another night; the longest silence comes first.
    """
    by_id = {one.id: one for one in people}
    given: Counter[int] = Counter()
    made = []
    for client in sorted(neglected, key=lambda one: (one.rots_at, one.contact_id)):
        choice = _choose(client, by_id, deputies, {person for person in given if given[person] >= most})
        if choice is None:
            continue
        person_id, because = choice
        given[person_id] += 1
        give(by_id[person_id], by_id[person_id].turn)
        made.append(CheckIn(client, person_id, because))
    return made


def _choose(
    client: Neglected, people: Mapping[int, Candidate], deputies: Mapping[int, int], full: set[int]
) -> tuple[int, str] | None:
    owner = people.get(client.owner_id or 0)
    if owner is not None and not owner.absent:
        return None if owner.id in full else (owner.id, f"{owner.name} is the owner")
    deputy = people.get(deputies.get(owner.id, 0)) if owner else None
    if owner is not None and deputy is not None and not deputy.absent and deputy.id not in full:
        return deputy.id, f"{owner.name} is away and {deputy.name} stands in"
    if not people or len(full) >= len(people):
        return None
    choice = choose(list(people.values()), client.need, avoid=full)
    if choice.person_id in full:
        return None
    return choice.person_id, f"{owner.name} is away; {choice.because}" if owner else choice.because
