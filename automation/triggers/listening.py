"""The triggers of live versions, found by what an event is: hundreds of them cost little more than one."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from automation.definition.reading import BadDefinition, read_definition
from automation.definition.whole import Definition
from automation.engine.events import Seen
from automation.models import AutomationVersion
from automation.triggers.shape import Told, Trigger

log = logging.getLogger(__name__)

#: Versions never change: what was read once stays read.
_read: dict[int, tuple[int, Definition]] = {}
_last: tuple[frozenset[int], Listeners] | None = None
MOST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Listener:
    """One trigger of one automation."""

    automation_id: int
    version_id: int
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class _Alike:
    """Triggers of one class: those that ask for one thing by that thing, and those that are always asked."""

    model: type[Trigger]
    by_key: dict[Hashable, list[Listener]] = field(default_factory=lambda: defaultdict(list))
    others: list[Listener] = field(default_factory=list)


class Listeners:
    """The triggers of some versions."""

    def __init__(self, triggers: Iterable[Listener]) -> None:
        self._by_kind: dict[str, dict[type[Trigger], _Alike]] = defaultdict(dict)
        for one in triggers:
            model, key = type(one.trigger), one.trigger.key()
            for kind in one.trigger.kinds():
                alike = self._by_kind[kind].setdefault(model, _Alike(model))
                (alike.others if key is None else alike.by_key[key]).append(one)
        #: Kinds of event that let nobody in unless they name what a trigger asks for.
        self.by_what_they_name = frozenset(
            kind for kind, some in self._by_kind.items() if not any(alike.others for alike in some.values())
        )

    def may_answer(self, event: Told) -> bool:
        """Whether any of them is worth asking: quickly, before anything is made of a row."""
        for alike in self._by_kind.get(event.kind, {}).values():
            if alike.others or not alike.by_key.keys().isdisjoint(alike.model.keys(event)):
                return True
        return False

    def asked(self, event: Seen) -> Iterator[Listener]:
        """Those that it lets somebody in by."""
        for alike in self._by_kind.get(event.kind, {}).values():
            if alike.by_key:
                for key in set(alike.model.keys(event)):
                    yield from (one for one in alike.by_key.get(key, ()) if one.trigger.matches(event))
            yield from (one for one in alike.others if one.trigger.matches(event))


def forget() -> None:
    """Read everything anew."""
    global _last
    _read.clear()
    _last = None


def definitions(version_ids: Iterable[int]) -> dict[int, tuple[int, Definition]]:
    """The automation and definition of each version; those read before cost nothing. Of one that cannot be read any more
    its triggers are left, so that whoever it should have let in is refused with that reason and not forgotten; where not
    even they can be read it is left out, so that it harms no other."""
    wanted = list(version_ids)
    missing = [pk for pk in wanted if pk not in _read]
    if missing:
        if len(_read) > MOST_KEPT:
            forget()
            missing = wanted
        rows = AutomationVersion.objects.filter(pk__in=missing).values_list("pk", "automation_id", "definition")
        for pk, automation_id, definition in rows:
            if (found := _readable(pk, definition)) is not None:
                _read[pk] = (automation_id, found)
    return {pk: _read[pk] for pk in wanted if pk in _read}


def _readable(pk: int, data: Any) -> Definition | None:
    try:
        return read_definition(data)
    except BadDefinition as problem:
        log.error("a version of an automation cannot be read: %s", problem, extra={"version": pk})
    try:
        return read_definition({"triggers": data["triggers"]})
    except (BadDefinition, KeyError, TypeError):
        log.error("nor can its triggers", extra={"version": pk})
        return None


def listeners(version_ids: Iterable[int]) -> Listeners:
    """The triggers of these versions; put together anew only when they are others than the last time."""
    global _last
    wanted = frozenset(version_ids)
    if _last is None or _last[0] != wanted:
        found = definitions(sorted(wanted))
        made = Listeners(
            Listener(automation_id, pk, trigger)
            for pk, (automation_id, definition) in found.items()
            for trigger in definition.triggers
        )
        if found.keys() != wanted:
            return made
        _last = (wanted, made)
    return _last[1]
