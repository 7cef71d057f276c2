"""Comparing the contacts of one block with each other: what shares a key, and never all with all. No Django."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from crm.merging.likeness import OFFERED, Known, Likeness, likeness

#: Up to so many, everybody in a block is compared with everybody.
WHOLE = 50
#: In a larger part that cannot be split further, each is compared with so many neighbours.
NEIGHBOURS = 12

Pair = tuple[Known, Known, Likeness]


def compare(key: str, block: Sequence[Known]) -> Iterator[Pair]:
    """The pairs of a block that are worth offering; `key` says what its members share.

    Of a large block only those are compared that agree in something more than its key: name alone is never enough
    among so many.
    """
    # Only a whole last name tells that a name is rare; any block of names tells that it is common.
    namesakes = (
        len(block) if key.startswith(("n:", "w:")) else max(10, len(block)) if key.startswith(("s:", "q:")) else 10
    )
    for part in _parts(block):
        for one, other in part:
            found = likeness(one, other, namesakes=namesakes, least=OFFERED)
            if found.points >= OFFERED:
                yield one, other, found


def _parts(block: Sequence[Known]) -> Iterator[Iterator[tuple[Known, Known]]]:
    if len(block) <= WHOLE:
        yield _everybody(block)
        return
    for more in _MORE:
        groups: dict[str, list[Known]] = defaultdict(list)
        for who in block:
            for value in more(who):
                groups[value].append(who)
        for group in groups.values():
            if 1 < len(group) <= WHOLE:
                yield _everybody(group)
            elif len(group) > WHOLE:
                yield _neighbours(sorted(group, key=_order))


def _everybody(group: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    for position, one in enumerate(group):
        for other in group[position + 1 :]:
            yield one, other


def _neighbours(group: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    for position, one in enumerate(group):
        for other in group[position + 1 : position + 1 + NEIGHBOURS]:
            yield one, other


def _order(who: Known) -> tuple[tuple[str, ...], str, str]:
    return who.names, who.organisation, who.city


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


#: In what else the members of a large block may agree.
_MORE: tuple[Callable[[Known], Sequence[str] | frozenset[str]], ...] = (
    lambda who: _one(who.organisation),
    lambda who: _one(who.city),
    lambda who: who.locals,
    lambda who: who.tails,
    lambda who: who.domains,
)
