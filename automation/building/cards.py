"""The cards of steps and triggers as the builder draws them: what each says, who is there, what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q

from automation.building.forms import check
from automation.building.options import names
from automation.editing.fields import RECORDS, Asked, asked
from automation.editing.raw import by_id, model_of
from automation.editing.saying import heading
from automation.models import Enrollment, EnrollmentStatus
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class There:
    """Who is on a step now: how many, how many of them need a look, and since when the first has been there."""

    people: int = 0
    failed: int = 0
    since: datetime | None = None


@dataclass(slots=True)
class Card:
    """One step, or one trigger with its number as `id`."""

    id: str
    kind: str
    title: str
    detail: str
    icon: str
    group: str
    there: There = There()
    problems: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The card in one line."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


def people_on_steps(automation_id: int) -> dict[str, There]:
    """Who is where; one query."""
    rows = (
        Enrollment.objects.inside()
        .filter(automation=automation_id)
        .values("step")
        .annotate(people=Count("pk"), failed=Count("pk", filter=Q(status=EnrollmentStatus.FAILED)), first=Min("since"))
        .values_list("step", "people", "failed", "first")
    )
    return {step: There(*numbers) for step, *numbers in rows}


def cards_of(
    definition: Mapping[str, Any], there: Mapping[str, There], problems: Mapping[str, list[str]]
) -> dict[str, Card]:
    """The steps' cards by id, each with its problems; one query for each kind of record that any of them names."""
    steps = by_id(definition)
    named = {pk: _record_fields(model_of(step), step) for pk, step in steps.items()}
    known = _known((fields, steps[pk]) for pk, fields in named.items())
    cards = {}
    for pk, step in steps.items():
        model = model_of(step)
        title, detail = heading(step, _said(named[pk], step, known)[0])
        cards[pk] = Card(
            pk, step["kind"], title, detail, model.icon, model.group, there.get(pk, There()),
            list(dict.fromkeys(problems.get(pk, ()))),
        )  # fmt: skip
    return cards


def trigger_cards(definition: Mapping[str, Any]) -> list[Card]:
    """The triggers' cards in order, by the same rules."""
    triggers = [one for one in definition.get("triggers", ()) if one.get("kind") in TRIGGERS]
    named = [_record_fields(TRIGGERS[one["kind"]], one) for one in triggers]
    known = _known(zip(named, triggers, strict=True))
    cards = []
    for at, (trigger, fields) in enumerate(zip(triggers, named, strict=True)):
        model = TRIGGERS[trigger["kind"]]
        said, gone = _said(fields, trigger, known)
        wrong, missing = check(model, trigger)
        words = "" if wrong or missing else model.model_validate(trigger).words()
        detail = " · ".join(one for one in (", ".join(said.values()), words) if one)
        problems = [*wrong.values(), *missing.values(), *gone]
        cards.append(Card(str(at), trigger["kind"], model.title, detail, model.icon, "trigger", problems=problems))
    return cards


def record_names(definitions: Iterable[Mapping[str, Any]]) -> dict[str, dict[Any, str]]:
    """The names of the records that steps and triggers of these definitions name, by control and id; one query for each
    kind of record."""
    used = []
    for definition in definitions:
        for kinds, rows in ((STEPS, definition.get("steps", ())), (TRIGGERS, definition.get("triggers", ()))):
            used += [(_record_fields(kinds[one["kind"]], one), one) for one in rows if one.get("kind") in kinds]
    return _known(used)


def _record_fields(model: type[BaseModel], data: Mapping[str, Any]) -> list[Asked]:
    """The settings that name a record."""
    return [one for one in asked(model) if one.control in RECORDS and not one.several and data.get(one.name)]


def _known(used: Iterable[tuple[list[Asked], Mapping[str, Any]]]) -> dict[str, dict[Any, str]]:
    wanted: dict[str, set[Any]] = defaultdict(set)
    for fields, data in used:
        for one in fields:
            wanted[one.control].add(data[one.name])
    return names(wanted)


def _said(
    fields: list[Asked], data: Mapping[str, Any], known: Mapping[str, Mapping[Any, str]]
) -> tuple[dict[str, str], list[str]]:
    said, gone = {}, []
    for one in fields:
        if one.control not in known:
            continue
        name = known[one.control].get(data[one.name])
        if name is None:
            gone.append(f"{one.label}: what was chosen is not there any more.")
        else:
            said[one.name] = name
    return said, gone
