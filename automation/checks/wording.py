"""Whether the definition itself is whole: its steps, paths and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.checks.shape import Check
from automation.compiling import conditions_of
from automation.definition.checking import check
from automation.definition.reading import Problem
from automation.definition.whole import Definition
from automation.engine.graph import RULES
from crm.conditions.allowed import refuse_unseen
from crm.conditions.language import BadCondition, read

if TYPE_CHECKING:
    from crm.models import User


def shape(definition: Definition) -> list[Check]:
    """What is broken, unfinished or doubtful in it, or one line that all is well."""
    found = check(definition)
    lines = [_line("shape", "stop", one) for one in (*found.broken, *found.unfinished)]
    lines += [_line("shape", "warn", one) for one in found.doubtful]
    return lines or [Check("shape", "ok", "Every path ends, and every step is complete")]


def conditions(definition: Definition, user: User | None) -> list[Check]:
    """A line for each condition that cannot be worked out now or that asks what the person may not see. An empty one of a
    rule too; a step says itself what it lacks."""
    places = conditions_of(definition)
    found = []
    for (step, name), data in places.items():
        if step != RULES and not data:
            continue
        try:
            asked = read(data)
            if user is not None:
                refuse_unseen(asked, user)
        except BadCondition as problem:
            where, field = ("", f"rules.{name}") if step == RULES else (step, f"choices.{name}")
            found.append(Check("conditions", "stop", str(problem), where, field))
    if places and not found:
        found.append(Check("conditions", "ok", "Every condition can be worked out"))
    return found


def _line(key: str, level: str, one: Problem) -> Check:
    return Check(key, level, one.sentence, one.step, one.field)  # type: ignore[arg-type]
