"""What differs between two versions, in words. Pure; both may hold kinds of step that are not known any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from automation.definition.rules import Rules
from automation.editing.happenings import event_words
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

Data = Mapping[str, Any]
Names = Mapping[str, Mapping[Any, str]]
LONGEST = 60


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that differs, by its id and what it is called; `words` say how, a sentence for each setting."""

    step: str
    title: str
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Difference:
    """`moved` are steps whose ways lead elsewhere than before; a step put in between moves nobody."""

    added: list[StepChange] = field(default_factory=list)
    removed: list[StepChange] = field(default_factory=list)
    changed: list[StepChange] = field(default_factory=list)
    moved: list[StepChange] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.moved, self.triggers, self.rules))


def compare(old: Data, new: Data, names: Names | None = None) -> Difference:
    """What `new` does otherwise than `old`; `names` are those of records, by the control that chooses them and their id."""
    before, after = _steps(old), _steps(new)
    return Difference(
        added=[StepChange(pk, called(step)) for pk, step in after.items() if pk not in before],
        removed=[StepChange(pk, called(step)) for pk, step in before.items() if pk not in after],
        changed=_changed(before, after, names or {}),
        moved=_moved(old, new, before, after),
        triggers=_triggers(old, new, names or {}),
        rules=_rules(old.get("rules") or {}, new.get("rules") or {}),
    )


def title_of(step: Data) -> str:
    """What a step is called."""
    model = STEPS.get(str(step.get("kind", "")))
    return model.title if model else str(step.get("kind", ""))[:LONGEST]


def called(step: Data) -> str:
    """A step by its title and what it does, where that can be read: "Wait: 2 days"."""
    model = STEPS.get(str(step.get("kind", "")))
    try:
        words = model.model_validate(step).words() if model else ""
    except ValidationError:
        words = ""
    return _cut(f"{title_of(step)}: {words}" if words else title_of(step))


def _steps(definition: Data) -> dict[str, Data]:
    return {str(step.get("id", "")): step for step in definition.get("steps") or () if isinstance(step, dict)}


def _changed(before: Mapping[str, Data], after: Mapping[str, Data], names: Names) -> list[StepChange]:
    found = []
    for pk in before.keys() & after.keys():
        old, new = before[pk], after[pk]
        if old.get("kind") != new.get("kind"):
            words = [f"It was “{title_of(old)}”."]
        else:
            words = _settings(STEPS.get(str(new.get("kind", ""))), old, new, names, but={"id", "kind", "exits"})
        if words:
            found.append(StepChange(pk, title_of(new), tuple(words)))
    order = {pk: place for place, pk in enumerate(after)}
    return sorted(found, key=lambda one: order[one.step])


def _settings(
    model: Any, old: Data, new: Data, names: Names, but: set[str] | frozenset[str] = frozenset()
) -> list[str]:
    """A sentence for each setting that differs; one that is left out has the value that it then has."""
    words = []
    for name in dict.fromkeys([*(model.model_fields if model else ()), *old, *new]):
        if name in but:
            continue
        was, now = (_spelt_out(side.get(name, _usual(model, name))) for side in (old, new))
        if was != now:
            words.append(f"{_label(model, name)}: {_said(model, name, was, names)} → {_said(model, name, now, names)}")
    return words


def _spelt_out(value: Any) -> Any:
    """Awaited events with what they leave out said, so that one who says it is no other."""
    if isinstance(value, list) and all(isinstance(one, dict) and "event" in one for one in value):
        return [{"same_record": True, "where": {}, **one} for one in value]
    return value


def _said(model: Any, name: str, value: Any, names: Names) -> str:
    """A value by the name of the record that it is, by the words that the form has for it, or as it is."""
    info = model.model_fields.get(name) if model else None
    extra = info.json_schema_extra if info is not None and isinstance(info.json_schema_extra, dict) else {}
    known: Any = {**names.get(str(extra.get("control", "")), {}), **dict(extra.get("labels") or {})}
    if isinstance(value, int | str) and not isinstance(value, bool) and value in known:
        return _cut(str(known[value]))
    return shown(value)


def _usual(model: Any, name: str) -> Any:
    info = model.model_fields.get(name) if model else None
    if info is None or info.is_required():
        return None
    value = info.get_default(call_default_factory=True, validated_data={})
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _label(model: Any, name: str) -> str:
    info = model.model_fields.get(name) if model else None
    return (info.title if info else None) or name.replace("_", " ").capitalize()


def shown(value: Any) -> str:
    """A setting's value in few words."""
    if value == {}:
        return "an empty condition"
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and "event" in value:
        return event_words(str(value["event"]))
    if isinstance(value, dict):
        return (
            "another"
            if "all" in value or "any" in value or "field" in value
            else _cut(", ".join(map(str, value.values())))
        )
    if isinstance(value, list):
        parts = [shown(one) for one in value[:5]]
        return _cut(", ".join(parts))
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _moved(old: Data, new: Data, before: Mapping[str, Data], after: Mapping[str, Data]) -> list[StepChange]:
    """Where ways of steps that are in both lead to another of them than before, past those that came or went."""
    common = before.keys() & after.keys()
    found: dict[str, list[str]] = {}
    if _onward(old.get("start"), before, common) != _onward(new.get("start"), after, common):
        found[""] = [f"It begins at “{_named(_onward(new.get('start'), after, common), after)}”."]
    for pk in after:
        if pk not in common:
            continue
        was, now = (side[pk].get("exits") or {} for side in (before, after))
        for way in now.keys() & was.keys():
            to = _onward(now[way], after, common)
            if _onward(was[way], before, common) != to:
                said = "" if len(now) == 1 else f"“{way}” "
                found.setdefault(pk, []).append(f"{said}leads to “{_named(to, after)}”".strip().capitalize())
    return [StepChange(pk, title_of(after[pk]) if pk else "The beginning", tuple(words)) for pk, words in found.items()]


def _onward(at: Any, steps: Mapping[str, Data], common: set[str]) -> str | None:
    """The first step from there that is in both, straight on past the others."""
    for _ in range(len(steps) + 1):
        if at is None or at not in steps or at in common:
            return at if at in common else None
        exits = [to for to in (steps[at].get("exits") or {}).values() if to is not None]
        at = exits[0] if exits else None
    return None


def _named(pk: str | None, steps: Mapping[str, Data]) -> str:
    return title_of(steps[pk]) if pk in steps and pk is not None else "the end"


def _triggers(old: Data, new: Data, names: Names) -> list[str]:
    was, now = ([one for one in side.get("triggers") or () if isinstance(one, dict)] for side in (old, new))
    words = [f"No longer: {_trigger(one, names)}" for one in was if one not in now]
    return words + [f"New: {_trigger(one, names)}" for one in now if one not in was]


def _trigger(data: Data, names: Names) -> str:
    model = TRIGGERS.get(str(data.get("kind", "")))
    title = model.title if model else str(data.get("kind", ""))
    told = {name: value for name, value in data.items() if name != "kind" and value not in (None, "", [], {})}
    said = ", ".join(_said(model, name, value, names) for name, value in told.items())
    return _cut(f"{title} ({said})" if said else title)


def _rules(old: Data, new: Data) -> list[str]:
    return _settings(Rules, old, new, {})
