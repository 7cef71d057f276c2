"""What the builder's buttons and forms ask for, made into changes of the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from automation.editing import operations
from automation.editing.raw import GO_TO, CannotEdit, Data, Place, by_id, copied, model_of
from automation.editing.saying import step_words
from automation.editing.starting import fresh_trigger
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS


@dataclass(slots=True)
class Asked:
    """A change of the definition, in words, and what is selected afterwards. `selects` is filled in by the change itself
    where only that knows. `loses`: something is taken away, so the page offers to take it back."""

    change: Callable[[Mapping[str, Any]], Data]
    said: str
    selects: dict[str, str]
    loses: bool = False


MOST_TRIGGERS = 10


def asked_for(wanted: str, definition: Mapping[str, Any], keep: str | None = None) -> Asked:
    """A button of the builder: "add:wait:s3.next", "delete:s3", "move:s3:s5.next", "up:s3", "down:s3", "copy:s3",
    "join:s2.timed_out:s4", "cut:s2.timed_out", "trigger:tag_added", "untrigger:0". Raises CannotEdit."""
    verb, _, rest = wanted.partition(":")
    if verb not in _VERBS:
        raise CannotEdit("That cannot be done.")
    return _VERBS[verb](rest, definition, keep)


def _add(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    kind, _, at = rest.partition(":")
    selects: dict[str, str] = {}

    def change(now: Mapping[str, Any]) -> Data:
        new, selects["step"] = operations.add(now, kind, Place.read(at))
        return new

    return Asked(change, f"Added {STEPS[kind].title if kind in STEPS else kind[:40]}", selects)


def _delete(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    said = f"Deleted {step_words(definition, rest)}"
    return Asked(lambda now: operations.delete(now, rest, keep), said, {}, loses=True)


def _move(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    step, _, at = rest.partition(":")
    said = f"Moved {step_words(definition, step)}"
    return Asked(lambda now: operations.move(now, step, Place.read(at)), said, {"step": step})


def _up(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    said = f"Moved {step_words(definition, rest)} up"
    return Asked(lambda now: operations.up(now, rest), said, {"step": rest})


def _down(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    said = f"Moved {step_words(definition, rest)} down"
    return Asked(lambda now: operations.down(now, rest), said, {"step": rest})


def _join(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    at, _, to = rest.partition(":")
    said = f"Let it go on at {step_words(definition, to)}"
    return Asked(lambda now: operations.connect(now, Place.read(at), to), said, {})


def _cut(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    return Asked(lambda now: operations.cut(now, Place.read(rest)), "Let it end there", {}, loses=True)


def _copy(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    selects: dict[str, str] = {}

    def change(now: Mapping[str, Any]) -> Data:
        new, selects["step"] = operations.duplicate(now, rest)
        return new

    return Asked(change, f"Doubled {step_words(definition, rest)}", selects)


def _trigger(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    selects: dict[str, str] = {}

    def change(now: Mapping[str, Any]) -> Data:
        triggers = copied(now)["triggers"]
        if len(triggers) >= MOST_TRIGGERS:
            raise CannotEdit(f"An automation has at most {MOST_TRIGGERS} triggers.")
        selects["trigger"] = str(len(triggers))
        return operations.set_triggers(now, [*triggers, fresh_trigger(rest)])

    return Asked(change, f"Added the trigger {TRIGGERS[rest].title if rest in TRIGGERS else rest[:40]}", selects)


def _untrigger(rest: str, definition: Mapping[str, Any], keep: str | None) -> Asked:
    def change(now: Mapping[str, Any]) -> Data:
        triggers = copied(now)["triggers"]
        if not (rest.isascii() and rest.isdecimal() and len(rest) < 4 and int(rest) < len(triggers)):
            raise CannotEdit("That trigger is not there any more.")
        del triggers[int(rest)]
        return operations.set_triggers(now, triggers)

    return Asked(change, "Deleted a trigger", {}, loses=True)


_VERBS: dict[str, Callable[[str, Mapping[str, Any], str | None], Asked]] = {
    "add": _add,
    "delete": _delete,
    "move": _move,
    "up": _up,
    "down": _down,
    "copy": _copy,
    "join": _join,
    "cut": _cut,
    "trigger": _trigger,
    "untrigger": _untrigger,
}


def step_saved(step: str, settings: Mapping[str, Any], goes_to: str | None) -> Callable[[Mapping[str, Any]], Data]:
    """The change that gives a step these settings; `goes_to` is where a "go to" leads."""

    def change(now: Mapping[str, Any]) -> Data:
        new = operations.change(now, step, settings)
        if by_id(new)[step]["kind"] == GO_TO and goes_to is not None:
            place = Place(step, "next")
            new = operations.cut(new, place)
            new = operations.connect(new, place, goes_to) if goes_to else new
        return new

    return change


def trigger_saved(at: int, settings: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Data]:
    """The change that gives a trigger these settings."""

    def change(now: Mapping[str, Any]) -> Data:
        triggers = copied(now)["triggers"]
        if at >= len(triggers):
            raise CannotEdit("That trigger is not there any more.")
        triggers[at] = {"kind": triggers[at]["kind"], **settings}
        return operations.set_triggers(now, triggers)

    return change


def model_for(definition: Mapping[str, Any], what: str, value: str) -> tuple[Any, Data]:
    """The model of a step or trigger, and what is stored of it. Raises CannotEdit where it is not there."""
    if what == "step":
        step = by_id(definition).get(value)
        if step is None:
            raise CannotEdit("That step is not there any more.")
        return model_of(step), step
    triggers = definition.get("triggers", [])
    if not value.isdecimal() or int(value) >= len(triggers):
        raise CannotEdit("That trigger is not there any more.")
    return TRIGGERS[triggers[int(value)]["kind"]], triggers[int(value)]
