"""How an automation does: who came, where they are, what came of it, and what can be said of it for sure (D11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from automation.building.cards import Card, cards_of, people_on_steps
from automation.definition.reading import BadDefinition, read_definition
from automation.definition.whole import Definition
from automation.engine.state import GOAL_MET, STOP_REASONS
from automation.models import INSIDE, Automation, AutomationVersion, EnrollmentStatus
from automation.reading import outcomes
from automation.reading.outcomes import Group, StepCount, Written
from automation.reading.versions import draft_and_live
from automation.statistics import FEWEST, Difference, Rate, difference_of, rate_of
from automation.steps.shape import Step
from automation.steps.split import Split


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: who left it by which way, who is on it now, and what became of what it wrote. `label` names each way."""

    id: str
    title: str
    words: str
    icon: str
    people: int
    here: int = 0
    ways: Sequence[tuple[str, int]] = ()
    messages: Written | None = None
    followups: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two groups side by side; `words` say in a sentence what can be said."""

    first: str
    second: str
    replies: Difference
    conversions: Difference
    words: str


@dataclass(frozen=True, slots=True)
class Results:
    """`entered` are rounds without those held out; `exits` why people left early, the most frequent first."""

    entered: int = 0
    inside: int = 0
    parked: int = 0
    finished: int = 0
    goal: int = 0
    exits: Sequence[tuple[str, int]] = ()
    replied: Rate | None = None
    converted: Rate | None = None
    has_goal: bool = False
    money: Sequence[tuple[str, Decimal]] = ()
    steps: Sequence[StepResult] = ()
    splits: Sequence[tuple[str, Sequence[Compared]]] = field(default=())
    hold_out: Compared | None = None
    held_out: int = 0


def results_of(automation: Automation, *, since: datetime) -> Results:
    """The results of the rounds that began since a moment; the number of queries does not grow with them."""
    draft, live = draft_and_live(automation)
    version = live or draft
    definition = _read(version)
    goals = sorted({kind for one in definition.rules.goal for kind in one.kinds()})
    rows = outcomes.groups(automation.pk, since, goals)
    plain = [one for one in rows if not one.split]
    inside = [one for one in plain if one.status != EnrollmentStatus.HELD_OUT]
    out = [one for one in plain if one.status == EnrollmentStatus.HELD_OUT]
    ended = [one for one in inside if one.reason and one.reason != GOAL_MET]
    return Results(
        entered=_sum(inside),
        inside=_sum([one for one in inside if one.status in INSIDE]),
        parked=_sum([one for one in inside if one.status == EnrollmentStatus.FAILED]),
        finished=_sum([one for one in inside if one.status == EnrollmentStatus.FINISHED]),
        goal=_sum([one for one in inside if one.reason == GOAL_MET]),
        exits=sorted(((STOP_REASONS.get(one.reason, one.reason), one.people) for one in ended), key=lambda e: -e[1]),
        replied=_rate(inside, "replied"),
        converted=_rate(inside, "converted"),
        has_goal=bool(goals),
        money=outcomes.money(automation.pk, since),
        steps=_steps(
            definition,
            cards_of(version.definition, people_on_steps(automation.pk), {}) if version else {},
            automation.pk,
            since,
        ),
        splits=_splits(definition, [one for one in rows if one.split]),
        hold_out=_compared("Went in", inside, "Held out", out) if out else None,
        held_out=_sum(out),
    )


def _read(version: AutomationVersion | None) -> Definition:
    """What it does; nothing where that cannot be read any more."""
    try:
        return read_definition(version.definition) if version else Definition()
    except BadDefinition:
        return Definition()


def _sum(rows: Sequence[Group]) -> int:
    return sum(one.people for one in rows)


def _rate(rows: Sequence[Group], name: str) -> Rate | None:
    return rate_of(sum(getattr(one, name) for one in rows), _sum(rows))


def _compared(first: str, one: Sequence[Group], second: str, other: Sequence[Group]) -> Compared | None:
    replies = _rate(one, "replied"), _rate(other, "replied")
    conversions = _rate(one, "converted"), _rate(other, "converted")
    if replies[0] is None or replies[1] is None or conversions[0] is None or conversions[1] is None:
        return None
    differs = difference_of(conversions[0], conversions[1])
    answers = difference_of(replies[0], replies[1])
    return Compared(first, second, answers, differs, _words(first, second, answers, differs))


def _words(first: str, second: str, replies: Difference, conversions: Difference) -> str:
    """What can be said, and no more."""
    if not conversions.enough:
        return f"Too few so far: each side needs at least {FEWEST} people."
    said = []
    for name, one in (("reach the goal", conversions), ("reply", replies)):
        if one.is_one:
            better, worse = (first, second) if one.difference > 0 else (second, first)
            low, high = sorted((abs(one.low), abs(one.high)))
            said.append(f"“{better}” more often {name} than “{worse}”: by {low:.0%} to {high:.0%}, so far.")
    return " ".join(said) or "No difference seen so far that chance would not make."


def _splits(definition: Definition, rows: Sequence[Group]) -> list[tuple[str, list[Compared]]]:
    """For each split its first way against each other one."""
    found = []
    for step in definition.steps:
        if not isinstance(step, Split):
            continue
        by_way = {one.way: [one] for one in rows if one.split == step.id}
        first, *others = step.shares
        pairs = [
            compared
            for other in others
            if (compared := _compared(
                first.label or first.name, by_way.get(first.name, []), other.label or other.name, by_way.get(other.name, [])
            ))
        ]  # fmt: skip
        if pairs:
            found.append((step.note or step.title, pairs))
    return found


def _steps(definition: Definition, cards: Mapping[str, Card], automation_id: int, since: datetime) -> list[StepResult]:
    """The steps in the order of the definition; then those of older versions that are not there any more."""
    left = outcomes.ways(automation_id, since)
    written, made = outcomes.messages(automation_id, since), outcomes.followups(automation_id, since)
    by_step: dict[str, list[StepCount]] = {}
    for one in left:
        by_step.setdefault(one.step, []).append(one)
    known = {step.id: step for step in definition.steps}
    order = [*known, *(step for step in by_step if step not in known)]
    return [
        _step(pk, known.get(pk), cards.get(pk), by_step.get(pk, []), written.get(pk), made.get(pk))
        for pk in order
        if pk in known or by_step.get(pk)
    ]


def _step(
    pk: str,
    step: Step | None,
    card: Card | None,
    counts: Sequence[StepCount],
    written: Written | None,
    made: tuple[int, int] | None,
) -> StepResult:
    labels = {way.name: way.label for way in step.ways()} if step else {}
    ways = [(labels.get(one.way, "") or one.way or "left here", one.people) for one in counts]
    people = sum(one.people for one in counts)
    if card is None:
        return StepResult(pk, f"A step that is not there any more ({pk})", "", "circle", people, 0, ways, written, made)
    shown = ways if len(labels) > 1 else ()
    return StepResult(pk, card.title, card.detail, card.icon, people, card.there.people, shown, written, made)
