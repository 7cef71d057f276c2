"""How many people to expect: the triggers matched against what was stored in the last 30 days, and the dates ahead (D14).

Nothing is written. The rules of re-entry are counted as far as they are about one person; the condition for entering as it
holds now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automation.dates_ahead import ahead
from automation.definition.whole import Definition
from automation.engine.events import Seen
from automation.models import Enrollment
from crm.causes import AUTOMATION
from crm.conditions.facts import facts_of
from crm.conditions.language import BadCondition, read
from crm.conditions.matching import matches
from crm.models import Event, Organisation
from crm.zones import local_day

DAYS = 30
#: Events read at most, the newest; what lies before is reckoned from these.
MOST_EVENTS = 50_000
CHUNK = 5_000
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Forecast:
    """`total` entries by events in the last `days` days, and `ahead` by dates in the 30 days to come; `per_day` on the
    busiest day. `sample` are contacts, the latest first. `cut`: there was more than could be read."""

    days: int = DAYS
    total: int = 0
    ahead: int = 0
    per_day: int = 0
    sample: list[int] = field(default_factory=list)
    cut: bool = False


def forecast(definition: Definition, automation_id: int, *, now: datetime) -> Forecast:
    """Who would have entered by events in the last 30 days, and who will by dates in the next; a bounded number of
    queries."""
    zone = Organisation.objects.current().time_zone
    found, cut, since = _named(definition, automation_id, now)
    fitting = _who(definition, {contact_id for contact_id, _ in found}, now, zone)
    entries = [(contact_id, at) for contact_id, at in found if contact_id in fitting]
    if definition.rules.reentry == "never" and not definition.rules.per_record:
        inside = set(Enrollment.objects.filter(automation=automation_id).values_list("contact_id", flat=True))
        first = {contact_id: at for contact_id, at in entries if contact_id not in inside}  # the earliest comes last
        entries = list(first.items())
    by_day = Counter(local_day(at, zone) for _, at in entries)
    dates = ahead(definition, now=now)
    latest = list(dict.fromkeys([*(contact_id for contact_id, _ in entries), *dates.sample]))[:SAMPLE]
    return Forecast(
        days=max(1, (now - since).days),
        total=len(entries),
        ahead=dates.by_day.total(),
        per_day=max(by_day.values(), default=0) + max(dates.by_day.values(), default=0),
        sample=latest,
        cut=cut or dates.cut,
    )


def _named(
    definition: Definition, automation_id: int, now: datetime
) -> tuple[list[tuple[int, datetime]], bool, datetime]:
    """Whom the triggers name, the latest first; whether there was too much to read; and since when it was read."""
    kinds = sorted({kind for trigger in definition.triggers for kind in trigger.kinds()})
    since = now - timedelta(days=DAYS)
    found, number, last = [], 0, now
    if not kinds:
        return [], False, since
    for contact_id, event in _events(kinds, since, now):
        number, last = number + 1, event.at
        if event.data.get(AUTOMATION) == automation_id:
            continue
        if any(event.kind in trigger.kinds() and trigger.matches(event) for trigger in definition.triggers):
            found.append((contact_id, event.at))
    cut = number >= MOST_EVENTS
    return found, cut, last if cut else since


def _events(kinds: list[str], since: datetime, now: datetime) -> Iterator[tuple[int, Seen]]:
    rows = Event.objects.filter(
        kind__in=kinds,
        occurred_at__gte=since,
        occurred_at__lte=now,
        contact__isnull=False,
        contact__deleted_at__isnull=True,
    ).order_by("-occurred_at", "-pk")
    columns = ("pk", "kind", "recorded_at", "actor", "user_id", "subject_kind", "subject_id", "two_way", "data")
    for contact_id, *event in rows.values_list("contact_id", *columns)[:MOST_EVENTS].iterator(chunk_size=CHUNK):
        yield contact_id, Seen(*event)


def _who(definition: Definition, ids: set[int], now: datetime, zone: str) -> set[int]:
    """Those of them who fit the condition for entering now; all where there is none, nobody where it cannot be read."""
    if definition.rules.who is None or not ids:
        return ids
    try:
        asked = read(definition.rules.who)
    except BadCondition:
        return set()
    fitting: set[int] = set()
    for some in _chunks(sorted(ids)):
        facts = facts_of([asked], some)
        fitting |= {pk for pk in some if pk in facts and matches(asked, facts[pk], now=now, zone=zone)}
    return fitting


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
