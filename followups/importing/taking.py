"""Taking rows of follow-ups in, some thousand at a time, and taking a whole import back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection

from crm.importing.checking import Problem
from crm.importing.colleagues import owner_of
from crm.importing.records.cells import BadRow, line, words
from crm.importing.records.kinds import Ask, RecordKind, Row, Stored, Taken
from crm.importing.records.near import nearest, squeezed
from crm.importing.records.whom import ContactFinder
from crm.importing.words import plain
from crm.models import ImportBatch, Organisation, Partner, User
from crm.tagging import tags_named
from crm.zones import zone_names
from followups.changing import changing
from followups.creating import NewFollowUp, create
from followups.first_types import first_type
from followups.importing.reading import (
    PRIORITY_WORDS,
    Draft,
    is_pinned,
    past_of,
    read_due_of,
    status_of,
    tags_of,
)
from followups.importing.targets import TARGETS
from followups.lifecycle import ENDED
from followups.models import FollowUp, FollowUpType, Outcome
from followups.models.followup import Priority, Status
from followups.undoing import COLUMNS
from followups.words import GROUP, SUBJECT

TABLE = "followup"
_PAST = (
    "status", "completed_at", "completed_by_id", "outcome_id", "completion_notes", "duration_minutes", "missed_at",
    "cancelled_at", "cancel_reason", "snoozed_until",
)  # fmt: skip


class FollowUpImporter:
    """Takes follow-ups in. Nobody is written to about them: whoever imports knows. What is here already stays."""

    def __init__(self, batch: ImportBatch) -> None:
        self._by = batch.created_by
        zone = batch.options.get("zone") or (
            self._by.time_zone if self._by else Organisation.objects.current().time_zone
        )
        self._zone = zone if zone in zone_names() else "UTC"
        styles = batch.options.get("date_styles", {})
        self._styles = {target: styles.get(heading, "iso") for heading, target in batch.mapping.items()}
        self._types = {squeezed(word): one.pk for one in FollowUpType.objects.all() for word in (one.slug, one.name)}
        self._first_type = first_type()
        self._outcomes = {squeezed(one.label): one.pk for one in Outcome.objects.order_by("-pk")}
        self._workers = _by_name(User.objects.workers())
        self._everybody = _by_name(User.objects.all())
        self._partners = {
            squeezed(name): pk for pk, name in Partner.objects.alive().order_by("-pk").values_list("pk", "name")
        }
        self._whom = ContactFinder(batch)
        self._seen: set[str] = set()

    def take(self, rows: Sequence[Row], *, store: bool, now: datetime) -> Taken:
        taken = Taken()
        self._whom.prepare(rows)
        drafts: list[Draft] = []
        for row in rows:
            try:
                drafts.append(self._draft(row, taken, now))
            except BadRow as problem:
                taken.refuse(row.number, problem.target, str(problem))
        here = self._here(drafts)
        new = []
        for draft in drafts:
            if draft.new.source_key in here or draft.new.source_key in self._seen:
                taken.skipped += 1
            else:
                self._seen.add(draft.new.source_key)
                new.append(draft)
                taken.created += 1
        if store and new:
            self._store(new, taken, now)
        return taken

    def _here(self, drafts: Sequence[Draft]) -> set[str]:
        """The keys of drafts that are stored already, by an earlier import or as the very follow-ups of an export."""
        keys = {draft.new.source_key for draft in drafts}
        found = set(FollowUp.objects.filter(source_key__in=keys).values_list("source_key", flat=True))
        numbered = {int(text): draft for draft in drafts if _is_number(text := draft.row.cells.get("number", ""))}
        stored = (
            FollowUp.objects.alive().filter(pk__in=numbered).values_list("pk", "subject", "contact_id", "partner_id")
        )
        for pk, subject, contact_id, partner_id in stored:
            new = numbered[pk].new
            if (subject, contact_id) == (new.subject, new.contact_id) and (contact_id or partner_id == new.partner_id):
                found.add(new.source_key)
        return found

    def _draft(self, row: Row, taken: Taken, now: datetime) -> Draft:
        subject = line(row, "subject", SUBJECT)
        if not subject:
            raise BadRow("subject", "It does not say what is to be done.")
        due = read_due_of(row, zone=self._zone, styles=self._styles)
        status = status_of(row)
        past = past_of(row, status, due, zone=self._zone, now=now)
        if status == Status.COMPLETED:
            by = owner_of(row.cells.get("completed_by", "") or row.cells.get("assignee", ""), self._everybody)
            past |= {"completed_by_id": by, "outcome_id": self._outcome(row, taken)}
        partner_id = self._partner(row)
        contact_id = self._whom.whom(row, taken)
        if contact_id is None and partner_id is None:
            raise BadRow("contact_name", "It says neither contact nor partner whom it is about.")
        new = NewFollowUp(
            contact_id=contact_id,
            partner_id=partner_id,
            subject=subject,
            type_id=self._type(row, taken),
            due=due,
            assignee_id=self._assignee(row, taken),
            priority=self._priority(row, taken),
            description=words(row, "description"),
            group=line(row, "group", GROUP),
            pinned=is_pinned(row),
            reminders=() if status in ENDED else None,
            announced=True,
        )
        new.source_key = _key(row, new)
        return Draft(row, new, past, tags_of(row))

    def _type(self, row: Row, taken: Taken) -> int:
        text = row.cells.get("type", "")
        found = nearest(text, self._types) if text else self._first_type
        if found is None:
            taken.tell(row.number, "type", f"There is no type “{text[:60]}”; it takes the first one.")
        return found or self._first_type

    def _priority(self, row: Row, taken: Taken) -> str:
        text = row.cells.get("priority", "")
        found = PRIORITY_WORDS.get(plain(text))
        if text and found is None:
            taken.tell(row.number, "priority", f"“{text[:60]}” is not a priority; it is medium.")
        return found or Priority.MEDIUM

    def _outcome(self, row: Row, taken: Taken) -> int | None:
        text = row.cells.get("outcome", "")
        found = nearest(text, self._outcomes) if text else None
        if text and found is None:
            taken.tell(row.number, "outcome", f"There is no outcome “{text[:60]}”.")
        return found

    def _assignee(self, row: Row, taken: Taken) -> int | None:
        """Whoever is named; without a name, or without the right to give, it is shared out or the importer's own."""
        text = row.cells.get("assignee", "")
        found = owner_of(text, self._workers) if text else None
        if text and found is None:
            taken.tell(row.number, "assignee", f"“{text[:60]}” is nobody who can hold follow-ups; another gets it.")
        if self._by is not None and found != self._by.pk and not self._by.can("followups.assign"):
            return self._by.pk
        return found

    def _partner(self, row: Row) -> int | None:
        text = row.cells.get("partner", "")
        if not text:
            return None
        found = self._partners.get(squeezed(text))
        if found is None:
            raise BadRow("partner", f"There is no partner “{text[:80]}”.")
        return found

    def _store(self, drafts: Sequence[Draft], taken: Taken, now: datetime) -> None:
        names = {name for draft in drafts for name in draft.tags}
        tags = tags_named(names) if names else {}
        for draft in drafts:
            draft.new.tag_ids = [tags[name] for name in draft.tags]
        ids = create([draft.new for draft in drafts], by=self._by, now=now)
        if len(ids) != len(drafts):  # somebody stored one of them meanwhile; the batch looks again
            raise IntegrityError("follow-ups were stored meanwhile")
        taken.stored += [Stored(TABLE, pk, draft.row.number) for pk, draft in zip(ids, drafts, strict=True)]
        _write_past([(pk, draft.past) for pk, draft in zip(ids, drafts, strict=True) if draft.past])


def _write_past(rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Write how far follow-ups of the past came, in one statement."""
    if not rows:
        return
    plain_values = {"completion_notes": "", "cancel_reason": ""}
    arrays = ", ".join(f"%s::{COLUMNS[name]}[]" for name in _PAST)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE followups_followup f SET {", ".join(f'"{name}" = t."{name}"' for name in _PAST)}
            FROM unnest(%s::bigint[], {arrays}) AS t(id, {", ".join(f'"{name}"' for name in _PAST)}) WHERE f.id = t.id
            """,
            [
                [pk for pk, _ in rows],
                *([past.get(name, plain_values.get(name)) for _, past in rows] for name in _PAST),
            ],
        )


def _by_name(users: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for user in users.order_by("-is_active", "pk"):
        for name in {user.email.casefold(), plain(user.full_name)} - {""}:
            found.setdefault(name, user.pk)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _key(row: Row, new: NewFollowUp) -> str:
    """What an imported follow-up is known again by: its own number or id, else what, whom and when."""
    own = row.cells.get("external_id") or row.cells.get("number") or ""
    said = "\n".join(map(str, (own, new.subject, new.contact_id, new.partner_id, new.due.on, new.due.at)))
    return f"import:{sha256(said.encode()).hexdigest()[:40]}"


def undo(stored: Sequence[Stored], by: User | None, now: datetime) -> list[Problem]:
    """Put what was made into the bin; it may be imported again."""
    ids = [one.pk for one in stored]
    with changing("delete", FollowUp.objects.alive().filter(pk__in=ids), by=by, now=now) as change:
        change.write(deleted_at=now)
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_deleted")
    FollowUp.objects.filter(pk__in=ids, source_key__startswith="import:").update(source_key="")
    return []


def _zone_choices() -> list[tuple[str, str]]:
    return [("", "Where I am"), *((name, name.replace("_", " ")) for name in sorted(zone_names()))]


KIND = RecordKind(
    name="followups",
    title="Follow-ups",
    permission="followups.edit",
    targets=TARGETS,
    signs=(
        frozenset({"follow up number"}),
        frozenset({"subject", "due date"}),
        frozenset({"subject", "due on"}),
        frozenset({"subject", "due"}),
        frozenset({"subject", "due at"}),
        frozenset({"task", "due date"}),
        frozenset({"task", "due"}),
        frozenset({"task name", "due date"}),
        frozenset({"task title", "due date"}),
        frozenset({"title", "due date"}),
        frozenset({"subject", "activitydate"}),
    ),
    needs=(
        (frozenset({"subject"}), "a subject"),
        (frozenset({"due", "due_on", "completed_at"}), "the day on which they are due"),
        (
            frozenset(
                {
                    "contact_id",
                    "contact_external_id",
                    "contact_email",
                    "contact_phone",
                    "contact_name",
                    "contact_organisation",
                    "partner",
                }
            ),
            "a contact or a partner",
        ),
    ),
    importer=FollowUpImporter,
    undo=undo,
    address="/followups/",
    own_sign="Follow-up number",
    asks=(Ask("zone", "Times without a zone are local to", choices=_zone_choices),),
)
