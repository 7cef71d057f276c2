"""The builder's page as a whole: the drawing with its cards, what is selected, and what can be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.building.cards import Card, cards_of, people_on_steps, trigger_cards
from automation.building.forms import Form, form_of
from automation.drafts import seen_of, to_take_back
from automation.editing import operations
from automation.editing.layout import drawing
from automation.editing.raw import BEGIN, GO_TO, CannotEdit, Data, Place, by_id, copied, exit_of, model_of, target, ways
from automation.editing.saying import GROUPS, HINTS, TRIGGER_GROUPS, USUAL_TRIGGERS, is_hopeful, way_words
from automation.models import Automation, AutomationVersion
from automation.preflight import preflight_list
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

if TYPE_CHECKING:
    from crm.models import User

#: What an address may select, and what the side of the page then shows.
SELECTABLE = ("step", "trigger", "add", "delete")


@dataclass(slots=True)
class Selected:
    """What the side of the page is about: ("step", "s3"), ("trigger", "0" or "new"), ("add", "s3.next"), ("delete",
    "s3"), or nothing."""

    what: str = ""
    value: str = ""


def selected_in(given: Mapping[str, str]) -> Selected:
    """What an address selects."""
    return next((Selected(what, given[what][:120]) for what in SELECTABLE if given.get(what)), Selected())


def page_of(
    user: User,
    automation: Automation,
    draft: AutomationVersion | None,
    live: AutomationVersion | None,
    selected: Selected,
    form: Form | None = None,
) -> dict[str, Any]:
    """Everything the builder's templates draw, in a fixed number of queries however many steps there are."""
    version = draft or live
    definition = copied(version.definition if version else {})
    checks = preflight_list(version, user) if version else []
    problems: dict[str, list[str]] = defaultdict(list)
    for one in checks:
        if one.level == "stop":
            problems[one.step].append(one.sentence)
    cards = cards_of(definition, people_on_steps(automation.pk), problems)
    triggers = trigger_cards(definition)
    if not selected.what and not triggers and not cards:
        selected = Selected("trigger", "new")
    undo, redo = to_take_back(draft)
    drawn = drawing(definition)
    shown = {
        "definition": definition,
        "drawn": drawn,
        "cards": cards,
        "triggers": triggers,
        "selected": selected,
        "seen": seen_of(version),
        "undo": undo,
        "redo": redo,
        "unfinished": len({one.sentence + one.step for one in checks if one.level == "stop"}),
        "way_words": lambda mark: way_words(by_id(definition)[mark.step], mark.place.way, mark.label),
        "hopeful": lambda mark: is_hopeful(by_id(definition)[mark.step], mark.place.way),
        "checks": checks,
        "form": form,
        "card": None,
        "palette": _palette(),
        "chooser": _chooser(),
        "hints": HINTS,
        "adding": "",
        "onward": [],
        "goes_on": "",
        "end": str(next((mark.place for mark in drawn.marks if mark.what == "end"), BEGIN)),
        "paths": [],
        "targets": [],
        "goes_to": "",
    }
    _select(user, definition, cards, triggers, shown)
    return shown


def _select(user: User, definition: Data, cards: dict[str, Card], triggers: list[Card], shown: dict[str, Any]) -> None:
    """What the side shows. What is not there any more selects nothing."""
    selected: Selected = shown["selected"]
    what, value = selected.what, selected.value
    if what in ("step", "delete") and value in cards:
        step = by_id(definition)[value]
        shown["card"] = cards[value]
        shown["form"] = shown["form"] or form_of(model_of(step), step, user, fixed=fixed_of(step))
        if what == "delete":
            shown["paths"] = _paths(definition, cards, value)
        if step["kind"] == GO_TO:
            shown["goes_to"] = exit_of(step, "next") or ""
            shown["targets"] = [(pk, card.label) for pk, card in cards.items() if pk != value]
    elif what == "trigger" and value.isascii() and value.isdecimal() and len(value) < 4 and int(value) < len(triggers):
        trigger = definition["triggers"][int(value)]
        shown["card"] = triggers[int(value)]
        shown["form"] = shown["form"] or form_of(
            TRIGGERS[trigger["kind"]], trigger, user, fixed={"kind": trigger["kind"]}
        )
    elif what == "add" and _is_place(definition, value):
        shown["adding"] = value
        _join(definition, cards, Place.read(value), shown)
    elif (what, value) != ("trigger", "new"):
        shown["selected"] = Selected()


def _join(definition: Data, cards: dict[str, Card], place: Place, shown: dict[str, Any]) -> None:
    """Where an open way may go on instead of ending: at any step that is there already; or where it does so now."""
    to = target(definition, place)
    if to is None and place != BEGIN:
        shown["onward"] = [(f"join:{place}:{pk}", cards[pk].label) for pk in shown["drawn"].numbers if pk != place.step]
    elif to is not None and any(mark.what == "goes" and mark.place == place for mark in shown["drawn"].marks):
        shown["goes_on"] = to


def fixed_of(step: Mapping[str, Any]) -> dict[str, Any]:
    """What a step has besides its settings."""
    return {name: step[name] for name in operations.KEPT if name in step}


def _is_place(definition: Data, text: str) -> bool:
    try:
        target(definition, Place.read(text))
    except CannotEdit:
        return False
    return True


def _paths(definition: Data, cards: Mapping[str, Card], step: str) -> list[tuple[str, str, list[str]]]:
    """The paths of a step that have steps of their own: way, what it is called, and the steps."""
    own = by_id(definition)[step]
    return [
        (way.name, way_words(own, way.name, way.label), [cards[pk].title for pk in under])
        for way in ways(own)
        if (under := operations.below(definition, step)[way.name])
    ]


def _palette() -> list[tuple[str, str, list[Any]]]:
    """The kinds of step by group, as the palette offers them."""
    return [
        (group, title, [(kind, model) for kind, model in STEPS.items() if model.group == group])
        for group, title in GROUPS
    ]


def _chooser() -> list[tuple[str, str, list[Any]]]:
    """The kinds of trigger by group, those that most people come for first."""
    groups: dict[str, list[Any]] = defaultdict(list)
    groups["usual"] = [(kind, TRIGGERS[kind]) for kind in USUAL_TRIGGERS]
    for kind, model in TRIGGERS.items():
        if kind not in USUAL_TRIGGERS:
            groups[model.group].append((kind, model))
    return [(group, title, groups[group]) for group, title in TRIGGER_GROUPS if groups[group]]
