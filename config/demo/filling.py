"""Writing made-up stories into the database, in sets: ten thousand rows take a second."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from config.demo.audiences import gather_audiences
from config.demo.automations import automate
from config.demo.deals import strike_deals
from config.demo.duplicates import come_in_twice, second_records
from config.demo.message_templates import write_templates
from config.demo.papers import file_papers
from config.demo.partners import MOST_WAITING, befriend
from config.demo.people import hire
from config.demo.sets import hang_on_records
from config.demo.stories import Story, Task, Worker, stories
from config.demo.talks import tell_talks
from config.demo.words import COURSES, TAGS
from crm.custom_fields import make_field
from crm.models import Contact, CustomField, Tag
from crm.tagging import make_tag
from followups.lifecycle import is_attempt, is_two_way
from followups.models import FollowUpType, Outcome

#: Contacts written together; their follow-ups and events go along.
BATCH = 5000


class NotEmpty(Exception):
    """There are contacts already; the text says so."""


def fill(*, contacts: int, followups: int, seed: int, now: datetime) -> dict[str, int]:
    """Hire the team and write the stories; returns the counts by kind. Raises NotEmpty."""
    if Contact.objects.exists():
        raise NotEmpty("There are contacts already. Demo data is for an empty installation.")
    chance = Random(seed)  # noqa: S311 - made-up data, not a secret
    people = hire(now=now)
    workers = [Worker(one.pk, one.name, one.time_zone) for one in people]
    templates = write_templates(by=people[0], now=now)
    waiting = min(MOST_WAITING, followups // 4)  # of the follow-ups that are asked for, so many concern partners
    twins = second_records(contacts)  # they count among the contacts, too
    with timezone.override("UTC"):
        shelf = _Shelf(now)
        told = stories(chance, workers, contacts - twins, followups - waiting, now=now)
        while batch := list(islice(told, BATCH)):
            with transaction.atomic():
                shelf.put(batch)
    deals = strike_deals(people, seed=seed, now=now)
    partners = befriend(people, waiting, seed=seed, now=now)
    shelf.counts["followups"] += waiting
    duplicates = come_in_twice(twins, now=now)
    shelf.counts["contacts"] += twins
    papers = file_papers(people, seed=seed, now=now)
    hang_on_records()
    messages = tell_talks(people[0], now=now)
    audiences = gather_audiences(seed=seed, now=now)
    automations = automate(now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return (
        shelf.counts
        | papers
        | {
            "templates": templates,
            "messages": messages,
            "deals": deals,
            "partners": partners,
            "duplicates": duplicates,
            "audiences": audiences,
            "automations": automations,
        }
    )


class _Shelf:
    """The lists that rows refer to, and the counts so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.types = {one.slug: one for one in FollowUpType.objects.all()}
        self.outcomes = {one.slug: one for one in Outcome.objects.all()}
        self.tags = [Tag.objects.filter(name=name).first() or make_tag(name, colour=colour) for name, colour in TAGS]
        known = set(CustomField.objects.values_list("slug", flat=True))
        for slug, label, kind, choices in (
            ("course", "Course", "choice", COURSES),
            ("passport-expiry", "Passport expiry", "date", ()),
            ("budget", "Budget", "money", ()),
        ):
            if slug not in known:
                make_field(label=label, kind=kind, choices=choices)
        self.counts = {"contacts": 0, "followups": 0, "events": 0, "notes": 0, "reminders": 0}

    def put(self, batch: Sequence[Story]) -> None:
        """Write a batch of stories with everything that belongs to them."""
        ids = _take("crm_contact", len(batch))
        owned = list(zip(ids, batch, strict=True))
        _copy("crm_contact", CONTACT, (self._contact(pk, story) for pk, story in owned))
        _copy(
            "crm_contacttag",
            ("contact_id", "tag_id"),
            ((pk, self.tags[tag].pk) for pk, one in owned for tag in one.tags),
        )
        given = [(pk, task) for pk, story in owned for task in story.tasks]
        tasks = [
            (pk, number, task)
            for (pk, task), number in zip(given, _take("followups_followup", len(given)), strict=True)
        ]
        _copy("followups_followup", FOLLOWUP, (self._followup(*one) for one in tasks))
        self.counts["reminders"] += _copy("followups_reminder", REMINDER, self._reminders(tasks))
        noted = [(pk, story) for pk, story in owned if story.note]
        notes = list(zip(noted, _take("crm_note", len(noted)), strict=True))
        _copy("crm_note", NOTE, (self._note(number, pk, story) for (pk, story), number in notes))
        events = sorted(self._events(owned, tasks, notes), key=lambda row: row[2])
        self.counts["events"] += _copy("crm_event", EVENT, iter(events))
        self.counts["contacts"] += len(owned)
        self.counts["followups"] += len(tasks)
        self.counts["notes"] += len(notes)

    def _contact(self, pk: int, one: Story) -> tuple[Any, ...]:
        spoken = [task.ended_at for task in one.tasks if task.ended_at and self._reached(task)]
        tried = [task.ended_at for task in one.tasks if task.ended_at and task.outcome and self._in_vain(task)]
        spoken += [one.spoke_at] if one.spoke_at else []
        owner = one.worker.id if one.worker else None
        return (
            pk, one.first_name, one.last_name, "", "", one.email, [], one.phone, [], False, f"demo-{one.number}",
            one.place.zone, one.place.language, one.place.country, one.place.city, one.source, one.lifecycle, owner,
            "", None, 30, json.dumps(one.custom), max(spoken, default=None), max(tried, default=None), 0, 0, "", 1,
            one.created_at, max([one.created_at, *spoken, *tried]),
        )  # fmt: skip

    def _reached(self, task: Task) -> bool:
        return bool(task.outcome) and is_two_way(self.types[task.type].channel, self.outcomes[task.outcome].sense)

    def _in_vain(self, task: Task) -> bool:
        return is_attempt(self.outcomes[task.outcome].sense)

    def _followup(self, contact: int, pk: int, one: Task) -> tuple[Any, ...]:
        done = one.ended_at if one.status == "completed" else None
        return (
            pk, contact, one.subject, "", self.types[one.type].pk, one.priority, one.status, one.due_on, one.due_at,
            one.due_by, one.worker.id, one.worker.id, "", False, "", 0, 0,
            one.ended_at if one.status == "in_progress" else None, done, one.worker.id if done else None,
            self.outcomes[one.outcome].pk if one.outcome else None, one.notes,
            self.types[one.type].default_minutes if done else None,
            one.ended_at if one.status == "missed" else None, one.ended_at if one.status == "cancelled" else None,
            "No longer needed" if one.status == "cancelled" else "", one.speed_to_lead, 0, "", 1, one.created_at,
            one.ended_at or one.created_at,
        )  # fmt: skip

    def _reminders(self, tasks: Iterable[tuple[int, int, Task]]) -> Iterator[tuple[Any, ...]]:
        for _, pk, one in tasks:
            if one.status != "pending" or one.due_at is None or one.due_at <= self.now:
                continue
            for minutes in self.types[one.type].default_reminders:
                fire_at = one.due_at - timedelta(minutes=minutes)
                if fire_at > self.now:
                    yield pk, one.worker.id, minutes, f"before:{minutes}", [], fire_at, "waiting", False, ""

    def _note(self, number: int, pk: int, one: Story) -> tuple[Any, ...]:
        author = one.worker.id if one.worker else None
        return (
            number,
            pk,
            author,
            f"<p>{one.note}</p>",
            one.note,
            False,
            one.created_at + (self.now - one.created_at) * 0.3,
        )

    def _events(
        self, owned: Iterable[tuple[int, Story]], tasks: Iterable[tuple[int, int, Task]], notes: Iterable[Any]
    ) -> Iterator[tuple[Any, ...]]:
        for pk, one in owned:
            said: dict[str, object] = {"by": "the website", "lifecycle": one.lifecycle, "speed_to_lead": False}
            yield _event(pk, "contact_created", one.created_at, None, "", None, said)
            if one.spoke_at:
                said = {"outcome": "Spoke", "outcome_slug": "spoke", "direction": "in", "duration_minutes": 7}
                said |= {"notes": "", "by": one.worker.name if one.worker else "Followthrough"}
                yield _event(pk, "call_logged", one.spoke_at, one.worker, "", None, said, two_way=True)
        for (pk, one), number in notes:
            at = one.created_at + (self.now - one.created_at) * 0.3
            said = {"note_id": number, "text": one.note, "follow_up_on": None, "mentions": []}
            yield _event(pk, "note_added", at, one.worker, "note", number, said)
        for pk, number, task in tasks:
            yield from self._events_of(pk, number, task)

    def _events_of(self, pk: int, number: int, one: Task) -> Iterator[tuple[Any, ...]]:
        kind = self.types[one.type]
        plain: dict[str, object] = {"subject": one.subject, "by": one.worker.name}
        made = {"type": kind.slug, "priority": one.priority, "assignee": one.worker.name, "assignee_id": one.worker.id}
        made |= {"because": "", "due": _words(one), "due_by": one.due_by.isoformat()}
        yield _event(pk, "followup_created", one.created_at, one.worker, "followup", number, plain | made)
        if one.status == "completed" and one.ended_at:
            outcome = self.outcomes[one.outcome]
            reached = self._reached(one)
            said = {
                "two_way": reached, "attempt": is_attempt(outcome.sense), "type": kind.slug, "type_name": kind.name,
                "channel": kind.channel, "outcome": outcome.slug, "outcome_label": outcome.label, "sense": outcome.sense,
                "notes": one.notes, "duration_minutes": kind.default_minutes, "due_by": one.due_by.isoformat(),
                "on_time": one.ended_at <= one.due_by, "suggestion": "",
            }  # fmt: skip
            yield _event(
                pk, "followup_completed", one.ended_at, one.worker, "followup", number, plain | said, two_way=reached
            )
        elif one.status == "cancelled" and one.ended_at:
            said = plain | {"reason": "No longer needed"}
            yield _event(pk, "followup_cancelled", one.ended_at, one.worker, "followup", number, said)


def _words(one: Task) -> str:
    return (one.due_on or one.due_by.date()).strftime("%-d %b")


def _event(
    contact: int,
    kind: str,
    at: datetime,
    by: Worker | None,
    subject: str,
    number: int | None,
    data: dict[str, Any],
    *,
    two_way: bool = False,
) -> tuple[Any, ...]:
    actor = "person" if by else "system"
    return contact, kind, at, at, actor, by.id if by else None, subject, number, json.dumps(data), two_way, "", 0


def _take(table: str, number: int) -> list[int]:
    """Take so many ids of a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number])
        return [row[0] for row in cursor.fetchall()]


def _copy(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    """Stream rows into a table; its triggers keep search and summaries as for any other write."""
    count = 0
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


CONTACT = (
    "id", "first_name", "last_name", "organisation", "job_title", "email", "other_emails", "phone", "other_phones",
    "shares_address", "external_id", "time_zone", "language", "country", "city", "source", "lifecycle", "owner_id",
    "preferred_channel", "rhythm_days", "expected_rhythm", "custom", "last_two_way_at", "last_attempt_at",
    "open_followups", "score", "grade", "version", "created_at", "updated_at",
)  # fmt: skip
FOLLOWUP = (
    "id", "contact_id", "subject", "description", "type_id", "priority", "status", "due_on", "due_at", "due_by",
    "assignee_id", "creator_id", "assigned_because", "pinned", "group", "snooze_count", "reschedule_count", "started_at",
    "completed_at", "completed_by_id", "outcome_id", "completion_notes", "duration_minutes", "missed_at", "cancelled_at",
    "cancel_reason", "speed_to_lead", "passes", "source_key", "version", "created_at", "updated_at",
)  # fmt: skip
REMINDER = ("followup_id", "user_id", "before_minutes", "slot", "channels", "fire_at", "state", "late", "error")
NOTE = ("id", "contact_id", "author_id", "body", "text", "pinned", "created_at")
EVENT = (
    "contact_id", "kind", "occurred_at", "recorded_at", "actor", "user_id", "subject_kind", "subject_id", "data",
    "two_way", "key", "depth",
)  # fmt: skip
