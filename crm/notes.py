"""Notes on contacts: rich text, pinned, with people mentioned and a date to follow up on (A4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from crm.models import Contact, Note, User
from crm.results import Result
from crm.rich_text import clean_html, plain_text
from crm.timeline import Happening, record
from crm.undo import remember

MAX_NOTE = 50_000
#: The years in which somebody can be followed up.
FIRST_YEAR, LAST_YEAR = 1970, 9998
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")


class BadNote(ValueError):
    """A note that cannot be stored; the text is a sentence about the `field`."""

    def __init__(self, sentence: str, field: str = "body") -> None:
        super().__init__(sentence)
        self.field = field


def add_note(
    contact: Contact,
    *,
    by: User | None,
    now: datetime,
    body: str,
    pinned: bool = False,
    follow_up_on: date | None = None,
    mentions: Iterable[int] | None = None,
) -> Note:
    """Write a note. People are mentioned as @name, or given by id. Raises BadNote."""
    safe, text = _checked(body)
    if follow_up_on and not FIRST_YEAR <= follow_up_on.year <= LAST_YEAR:
        raise BadNote(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.", "follow_up_on")
    with transaction.atomic():
        told = mentioned(text) if mentions is None else _existing(mentions)
        note = Note.objects.create(contact=contact, author=by, body=safe, text=text, pinned=pinned, created_at=now)
        note.mentions.set(told)
        _tell(
            "note_added",
            [note],
            by,
            now,
            follow_up_on=follow_up_on.isoformat() if follow_up_on else None,
            mentions=told,
        )
    return note


def change_note(notes: QuerySet[Note], *, by: User | None, now: datetime, body: str) -> Result:
    """Write the one note in the set anew; only people newly mentioned are told. Raises BadNote."""
    safe, text = _checked(body)
    with transaction.atomic():
        note = notes.order_by().select_for_update(of=("self",)).get()
        if note.body == safe:
            return Result()
        before = set(note.mentions.values_list("pk", flat=True))
        told = mentioned(text)
        Note.objects.filter(pk=note.pk).update(body=safe, text=text, edited_at=now)
        note.mentions.set(told)
        note.text = text
        _tell("note_changed", [note], by, now, follow_up_on=None, mentions=[pk for pk in told if pk not in before])
    return Result(done=[note.pk])


def pin_notes(notes: QuerySet[Note], *, pinned: bool) -> Result:
    """Pin notes to the top of their contact's, or let them go. Arrangement, not history: no event."""
    ids = list(notes.exclude(pinned=pinned).values_list("pk", flat=True))
    Note.objects.filter(pk__in=ids).update(pinned=pinned)
    return Result(done=ids)


def delete_notes(notes: QuerySet[Note], *, by: User | None, now: datetime) -> Result:
    """Take notes away; `restore_notes` brings them back."""
    with transaction.atomic():
        rows = list(notes.order_by("pk").select_for_update(of=("self",)))
        Note.objects.filter(pk__in=[note.pk for note in rows]).update(deleted_at=now)
        _tell("note_deleted", rows, by, now, follow_up_on=None, mentions=[])
        ids = [note.pk for note in rows]
        undo_id = None
        if by and ids:
            undo_id = remember(
                user=by, label="Deleted a note", kind="notes", payload={"ids": ids, "deleted": True}, now=now
            )
    return Result(done=ids, undo_id=undo_id)


def restore_notes(ids: Sequence[int], *, by: User | None, now: datetime) -> Result:
    """Bring deleted notes back, as an undo does."""
    with transaction.atomic():
        rows = list(Note.objects.filter(pk__in=ids, deleted_at__isnull=False).order_by("pk").select_for_update())
        Note.objects.filter(pk__in=[note.pk for note in rows]).update(deleted_at=None)
        _tell("note_changed", rows, by, now, follow_up_on=None, mentions=[])
    return Result(done=[note.pk for note in rows])


def mentioned(text: str) -> list[int]:
    """The colleagues a text names: @name is the start of an e-mail address or a full name without its spaces; a
    first name counts when only one person has it."""
    names = {name.rstrip(".").casefold() for name in _MENTION.findall(text)}
    if not names:
        return []
    found: set[int] = set()
    first: dict[str, list[int]] = {}
    for user in User.objects.filter(is_active=True):
        whole = re.sub(r"\W", "", user.full_name).casefold()
        known = {
            user.email.casefold(),
            user.email.split("@")[0].casefold(),
            whole,
            user.full_name.replace(" ", ".").casefold(),
        }
        if names & (known - {""}):
            found.add(user.pk)
        first.setdefault(user.first_name.casefold(), []).append(user.pk)
    found |= {first[name][0] for name in names if len(first.get(name, ())) == 1}
    return sorted(found)


def _existing(ids: Iterable[int]) -> list[int]:
    return sorted(User.objects.filter(pk__in=list(ids), is_active=True).values_list("pk", flat=True))


def _checked(body: str) -> tuple[str, str]:
    if len(body) > MAX_NOTE:
        raise BadNote(f"A note has at most {MAX_NOTE:,} characters; this has {len(body):,}.")
    safe = clean_html(body)
    text = plain_text(safe)
    if not text:
        raise BadNote("Write something first.")
    return safe, text


def _tell(
    kind: str, notes: Sequence[Note], by: User | None, now: datetime, *, follow_up_on: str | None, mentions: list[int]
) -> None:
    record(
        [
            Happening(
                kind,
                note.contact_id,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                subject_kind="note",
                subject_id=note.pk,
                data={"note_id": note.pk, "text": note.text[:300], "follow_up_on": follow_up_on, "mentions": mentions},
            )
            for note in notes
        ],
        now=now,
    )
