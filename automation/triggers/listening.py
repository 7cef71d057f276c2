"""The triggers of live versions, by the kinds of event that they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from automation.definition.whole import Definition
from automation.models import AutomationVersion
from automation.triggers.shape import Trigger

#: Versions never change: what was read once stays read.
_read: dict[int, tuple[int, Definition]] = {}
MOST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Listener:
    """One trigger of one automation."""

    automation_id: int
    version_id: int
    trigger: Trigger


def forget() -> None:
    """Read everything anew."""
    _read.clear()


def listeners(version_ids: Iterable[int]) -> dict[str, list[Listener]]:
    """The triggers of these versions by kind of event; versions read before cost nothing."""
    wanted = list(version_ids)
    missing = [pk for pk in wanted if pk not in _read]
    if missing:
        if len(_read) > MOST_KEPT:
            forget()
            missing = wanted
        rows = AutomationVersion.objects.filter(pk__in=missing).values_list("pk", "automation_id", "definition")
        for pk, automation_id, definition in rows:
            _read[pk] = (automation_id, Definition.model_validate(definition))
    found: dict[str, list[Listener]] = defaultdict(list)
    for pk in wanted:
        if pk in _read:
            automation_id, definition = _read[pk]
            for trigger in definition.triggers:
                for kind in trigger.kinds():
                    found[kind].append(Listener(automation_id, pk, trigger))
    return found
