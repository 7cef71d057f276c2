"""Making up contacts and what happened with them: plain rows from a seeded chance and the time handed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from config.demo.words import COURSES, NOTES, PLACES, SOURCES, SPOKEN, SUBJECTS, Place
from crm.zones import local_day, moment

PRIORITIES = ("low", "medium", "medium", "medium", "high", "high", "urgent")
#: Where in their lifecycle people are, and what share of them.
LIFECYCLES = {"new": 14, "working": 26, "qualified": 18, "client": 30, "lost": 8, "former": 4}
#: Days between two contacts that are usual there.
RHYTHM = {"working": 7, "qualified": 7, "client": 30, "lost": 60, "former": 200}
REACHED = ("spoke", "booked", "call_back_later", "replied")
VAIN = ("no_answer", "voicemail")


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who holds contacts."""

    id: int
    name: str
    zone: str


@dataclass(slots=True)
class Task:
    """One follow-up, past or to come. `due_by` is when it is overdue."""

    subject: str
    type: str
    priority: str
    status: str
    due_on: date | None
    due_at: datetime | None
    due_by: datetime
    worker: Worker
    created_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    notes: str = ""
    speed_to_lead: bool = False


@dataclass(slots=True)
class Story:
    """One contact with everything about them."""

    number: int
    place: Place
    first_name: str
    last_name: str
    lifecycle: str
    source: str
    worker: Worker | None
    created_at: datetime
    custom: dict[str, Any]
    tags: list[int]
    note: str = ""
    #: When they last really spoke outside a follow-up; never, for a new lead.
    spoke_at: datetime | None = None
    tasks: list[Task] = field(default_factory=list)

    @property
    def email(self) -> str:
        """An address nobody has."""
        return f"{_ascii(self.first_name)}.{_ascii(self.last_name)}{self.number}@example.org"

    @property
    def phone(self) -> str:
        """A number in E.164, each once."""
        return f"+{self.place.code}55{self.number:07d}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("Ł", "L").replace("ł", "l").replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())


def stories(
    chance: Random, workers: Sequence[Worker], contacts: int, followups: int, *, now: datetime
) -> Iterator[Story]:
    """Make up `contacts` people with `followups` follow-ups among them, as of `now`."""
    left = followups
    for number in range(1, contacts + 1):
        story = _person(chance, workers, number, now)
        rest = contacts - number
        share = left if rest == 0 else min(left, chance.randint(0, 2 * round(left / (rest + 1)) if left > rest else 1))
        if story.worker is None and workers:
            share = 0 if rest else share
        if number == 1 and share:
            _new_lead(story, workers[0], now)
            left -= 1
            yield story
            continue
        story.tasks = [_task(chance, story, story.worker or workers[0], now) for _ in range(share)]
        left -= share
        yield story


def _person(chance: Random, workers: Sequence[Worker], number: int, now: datetime) -> Story:
    place = chance.choice(PLACES)
    lifecycle = chance.choices(list(LIFECYCLES), list(LIFECYCLES.values()))[0]
    age = timedelta(days=chance.uniform(0.1, 4) if lifecycle == "new" else chance.uniform(10, 260))
    # The first in the list, whom visitors sign in as, holds the most; a few are nobody's.
    holder = None if chance.random() < 0.04 else chance.choices(workers, [3, *[1] * (len(workers) - 1)])[0]
    spoke_at = None
    if lifecycle in RHYTHM:  # most were spoken to in time, some wait too long
        quiet = RHYTHM[lifecycle] * (chance.uniform(0.05, 0.95) if chance.random() < 0.78 else chance.uniform(1.1, 3))
        spoke_at = now - min(timedelta(days=quiet), age * 0.9)
    custom: dict[str, Any] = {"course": chance.choice(COURSES)}
    if chance.random() < 0.7:
        custom["passport-expiry"] = (local_day(now, place.zone) + timedelta(days=chance.randint(20, 2500))).isoformat()
    if chance.random() < 0.4:
        custom["budget"] = chance.randrange(2000, 20_000, 500)
    return Story(
        number=number,
        place=place,
        first_name=chance.choice(place.first),
        last_name=chance.choice(place.last),
        lifecycle=lifecycle,
        source=chance.choices(SOURCES, range(len(SOURCES), 0, -1))[0],
        worker=holder,
        created_at=now - age,
        custom=custom,
        tags=sorted(chance.sample(range(6), chance.choices((0, 1, 2), (45, 40, 15))[0])),
        note=chance.choice(NOTES) if chance.random() < 0.35 else "",
        spoke_at=spoke_at,
    )


def _new_lead(story: Story, worker: Worker, now: datetime) -> None:
    """Make somebody a lead that has just come in, with the first-contact clock running."""
    story.lifecycle, story.worker, story.spoke_at, story.note = "new", worker, None, ""
    story.created_at = now - timedelta(minutes=1)
    due = now + timedelta(minutes=4)
    story.tasks = [
        Task(
            f"First call to {story.first_name}",
            "call",
            "urgent",
            "pending",
            None,
            due,
            due,
            worker,
            story.created_at,
            speed_to_lead=True,
        )
    ]


def _task(chance: Random, story: Story, worker: Worker, now: datetime) -> Task:
    kind = chance.choices(list(SUBJECTS), (30, 18, 10, 8, 8, 8, 10, 8))[0]
    ended = story.lifecycle in ("lost", "former") or chance.random() < 0.45
    known = (now - story.created_at).total_seconds() / 86_400  # days
    if ended:
        day = -chance.uniform(0, known)
    else:
        day = chance.choices(
            (-chance.uniform(0, min(known, 6)), chance.uniform(0, 1), chance.uniform(1, 21)), (18, 30, 52)
        )[0]
    due_on, due_at, due_by = _due(chance, worker.zone, now + timedelta(days=day))
    made = max(story.created_at, min(now, due_by) - timedelta(days=chance.uniform(0.2, 9)))
    task = Task(
        subject=chance.choice(SUBJECTS[kind]).format(story.first_name),
        type=kind,
        priority=chance.choice(PRIORITIES),
        status="pending",
        due_on=due_on,
        due_at=due_at,
        due_by=due_by,
        worker=worker,
        created_at=min(made, now),
    )
    if ended:
        _end(chance, story, task, now)
    elif due_by <= now - timedelta(hours=2):
        task.status = "missed"
        task.ended_at = due_by + timedelta(minutes=1)
    elif chance.random() < 0.08:
        task.status = "in_progress"
        task.ended_at = max(task.created_at, now - timedelta(hours=1))
    return task


def _end(chance: Random, story: Story, task: Task, now: datetime) -> None:
    task.ended_at = min(now, max(task.created_at, task.due_by - timedelta(hours=chance.uniform(-8, 30))))
    if chance.random() < 0.08:
        task.status = "cancelled"
        return
    task.status = "completed"
    quiet = task.type in ("document_review", "visa_status", "payment")
    if quiet:
        task.outcome = "done"
    elif story.lifecycle == "lost" and chance.random() < 0.3:
        task.outcome = "not_interested"
    else:
        task.outcome = chance.choice(REACHED) if chance.random() < 0.65 else chance.choice(VAIN)
    task.notes = chance.choice(SPOKEN[task.outcome])


def _due(chance: Random, zone: str, around: datetime) -> tuple[date | None, datetime | None, datetime]:
    """A date, or a quarter of an hour in the working day, on the local day of `around`."""
    day = local_day(around, zone)
    if day.weekday() > 4 and chance.random() < 0.8:  # hardly anybody plans for a weekend
        day += timedelta(days=7 - day.weekday())
    if chance.random() < 0.3:
        return day, None, moment(day + timedelta(days=1), time(), zone)
    at = moment(day, time(chance.randint(8, 17), chance.choice((0, 15, 30, 45))), zone)
    return None, at, at
