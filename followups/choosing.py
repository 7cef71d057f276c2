"""Who gets a follow-up that nobody was chosen for: a person who is there, has room and serves that place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Candidate:
    """Somebody who can hold follow-ups. `open` grows while a batch is shared out; `turn` is when they were last given
    something, as any growing number; `steps_in` is 0 for those whose work it is, more for those who take it only when
    no one below them is there."""

    id: int
    name: str
    open: int = 0
    capacity: int = 20
    absent: bool = False
    steps_in: int = 0
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """What the contact asks of its person; empty means no matter."""

    country: str = ""
    language: str = ""
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    person_id: int
    because: str


class NobodyThere(ValueError):
    """There is not one person who could hold a follow-up."""


def choose(people: Sequence[Candidate], need: Need, *, avoid: Collection[int] = ()) -> Choice:
    """The person for the need, with the reason as a sentence.

    In this order: somebody present; not to be avoided; with room; of the contact's team; whose work it is; serving
    the contact's country and language; carrying least for their capacity; whose turn it is. Where all are full, load
    comes before the territory, or one place's flood would bury the one person who serves it. Each is a preference, so
    that somebody always gets it. Raises NobodyThere when there are no people at all.
    """
    if not people:
        raise NobodyThere("Nobody can be given a follow-up: add a colleague who is not a viewer.")
    best = min(people, key=lambda person: _rank(person, need, avoid))
    return Choice(best.id, _because(best, need, people))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose follow-up it is by right; `words` finish the sentence "Sam is ..."."""

    id: int | None
    words: str = "the owner"


def whose(
    owners: Sequence[Owner], need: Need, people: Mapping[int, Candidate], deputies: Mapping[int, int | None]
) -> Choice:
    """The first owner who is there, or whoever stands in for one that is away; else as `choose`. Raises NobodyThere."""
    away = ""
    for one in owners:
        owner = people.get(one.id or 0)
        if owner is None:
            continue
        if not owner.absent:
            return Choice(owner.id, f"{owner.name} is {one.words}")
        deputy = people.get(deputies.get(owner.id) or 0)
        if deputy is not None and not deputy.absent:
            return Choice(deputy.id, f"{owner.name} is away and {deputy.name} stands in")
        away = away or owner.name
    choice = choose(list(people.values()), need)
    return Choice(choice.person_id, f"{away} is away; {choice.because}") if away else choice


def give(candidate: Candidate, turn: int) -> None:
    """Count one more for the person, so that the rest of the batch sees it."""
    candidate.open += 1
    candidate.turn = turn


def fit(person: Candidate, need: Need) -> int:
    """2 when the person's territory names the contact's, 1 when it names none, 0 when it is another."""
    matches = (_match(person.countries, need.country), _match(person.languages, need.language))
    return 0 if 0 in matches else max(matches)


def _match(served: frozenset[str], wanted: str) -> int:
    if not served or not wanted:
        return 1
    return 2 if wanted.lower() in {item.lower() for item in served} else 0


def _rank(person: Candidate, need: Need, avoid: Collection[int]) -> tuple[object, ...]:
    full, load = person.open >= person.capacity, person.open / person.capacity
    return (
        person.absent,
        person.id in avoid,
        full,
        need.team_id is not None and need.team_id not in person.teams,
        person.steps_in,
        load if full else 0,
        -fit(person, need),
        load,
        person.turn,
        person.id,
    )


def _because(person: Candidate, need: Need, people: Sequence[Candidate]) -> str:
    carries = f"{person.open} of {person.capacity} open"
    if person.absent:
        return f"Everybody is away; {person.name} carries least, {carries}"
    if person.open >= person.capacity:
        return f"Everybody is at capacity; {person.name} carries least, {carries}"
    if fit(person, need) == 2 and len(people) > 1:
        served = [
            wanted
            for wanted, mine in ((need.country, person.countries), (need.language, person.languages))
            if wanted and _match(mine, wanted) == 2
        ]
        return f"{person.name} serves {' and '.join(served)} and has room, {carries}"
    if len([one for one in people if not one.absent]) == 1:
        return f"{person.name} is the only one who is there"
    return f"{person.name} has the most room, {carries}"
