"""Taking a merge back: both contacts are what they were, to the letter; what has happened since stays with the kept one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from crm.contact_fields import RULES
from crm.duplicates import find_same, keys_of
from crm.merging import pairs
from crm.merging.locking import Busy, in_peace
from crm.merging.merging import KIND, UNDOABLE, tell
from crm.merging.relations import Relation, after_moving, copied
from crm.merging.rows import Rows, allow_moving, contact_rows, force, move_back, queue_together, rows_of, write
from crm.models import Contact, Event, Merge, User
from crm.models.contact import ContactQuerySet
from crm.timeline import SHARDS
from crm.undo import CannotUndo, UndoResult, register_undoer

#: Counted by the database from the follow-ups, which have gone back by then.
COUNTED = frozenset({"id", "next_due_by", "next_due_on", "open_followups", "rots_at", "expected_rhythm"})


class CannotTakeApart(ValueError):
    """The merge cannot be taken back; the text is a sentence."""


@dataclass(slots=True)
class TakenApart:
    """`stayed`: fields that somebody has changed since the merge; they keep that value. `since`: how many things have
    happened since, which stay with the kept contact."""

    kept_id: int
    gone_id: int
    stayed: list[str] = field(default_factory=list)
    since: int = 0


def take_apart(
    merge_id: int, *, kept: ContactQuerySet, gone: ContactQuerySet, by: User | None, now: datetime
) -> TakenApart:
    """Undo a merge whose two contacts are among `kept` (living) and `gone` (deleted).

    Raises CannotTakeApart, locking.Busy, and Merge.DoesNotExist.
    """
    row = Merge.objects.get(pk=merge_id)
    try:
        return in_peace(lambda cursor: _take_apart(cursor, merge_id, kept, gone, by, now), [row.kept_id, row.gone_id])
    except IntegrityError as problem:
        raise CannotTakeApart("Another contact has one of these addresses now.") from problem


def _take_apart(
    cursor: CursorWrapper,
    merge_id: int,
    kept: ContactQuerySet,
    gone: ContactQuerySet,
    by: User | None,
    now: datetime,
) -> TakenApart:
    both = [*Merge.objects.filter(pk=merge_id).values_list("kept_id", "gone_id").get()]
    list(Contact.objects.filter(pk__in=both).order_by("pk").select_for_update().values_list("pk"))
    row = Merge.objects.select_for_update().get(pk=merge_id)
    _refuse(row, kept, gone, now)
    before, left = row.before, row.before["left"]
    targets = {
        f"{one.table}.{one.column}": _target(
            before["rows"].get(f"{one.table}.{one.column}", {}),
            left["rows"].get(f"{one.table}.{one.column}", {}),
            rows_of(cursor, one, both),
            one,
            row,
        )
        for one in copied()
    }
    since = Event.objects.filter(contact=row.kept_id, recorded_at__gt=row.at)
    result = TakenApart(row.kept_id, row.gone_id, since=since.exclude(subject_kind="merge").count())
    allow_moving(cursor)
    move_back(cursor, before["moved"], row.kept_id, row.gone_id)
    queue_together(cursor, before["moved"].get("crm_event.contact_id", ()), row.gone_id % SHARDS)
    result.stayed = _restore_kept(cursor, row, now)
    _restore_gone(cursor, row)
    for one in copied():
        force(cursor, one, both, targets[f"{one.table}.{one.column}"])
    after_moving(cursor, before["moved"])
    pairs.tell_apart(row)
    Merge.objects.filter(pk=row.pk).update(undone_at=now, undone_by=by, look_again_at=None)
    tell("merge_undone", row, by, now, {"since": result.since})
    return result


def _refuse(row: Merge, kept: ContactQuerySet, gone: ContactQuerySet, now: datetime) -> None:
    """Raise CannotTakeApart where there is no way back."""
    if row.undone_at is not None:
        raise CannotTakeApart("This merge was taken back already.")
    if row.at <= now - UNDOABLE:
        raise CannotTakeApart(f"A merge can be taken back for {UNDOABLE.days} days.")
    if not gone.filter(pk=row.gone_id).exists():
        raise CannotTakeApart("The contact that was merged is erased, or not for you.")
    if not kept.filter(pk=row.kept_id).exists():
        further = Merge.objects.filter(gone_id=row.kept_id, undone_at__isnull=True).exists()
        raise CannotTakeApart(
            "The kept contact has itself been merged since. Take that merge back first."
            if further
            else "The kept contact is deleted, or not for you. Restore it first."
        )
    was = row.before["contacts"]
    keys = [key for pk in (row.kept_id, row.gone_id) for key in keys_of(was[str(pk)])]
    if taken := find_same(keys, but=[row.kept_id, row.gone_id]):
        raise CannotTakeApart(f"Another contact has {next(iter(taken))[1]} now.")


def _target(before: Rows, left: Rows, there: Rows, one: Relation, row: Merge) -> Rows:
    """What a copied table holds of the two afterwards.

    The gone one's rows are as they were; a copy goes, a changed row changes back; what has been made or changed since
    the merge stays with the kept one.
    """
    wanted = {key: value for key, value in before.items() if value[one.column] == row.gone_id}
    for key, value in there.items():
        if key in wanted:
            continue
        if key not in left or left[key] != value:
            wanted[key] = value
        elif key in before:
            wanted[key] = before[key]
    return wanted


def _restore_kept(cursor: CursorWrapper, row: Merge, now: datetime) -> list[str]:
    """Put each column back that is still as the merge left it; returns the labels of the fields that are not."""
    key = str(row.kept_id)
    was, left = row.before["contacts"][key], row.before["left"]["contacts"][key]
    there = contact_rows(cursor, [row.kept_id])[key]
    moved_on = ("version", "updated_at")
    changed = [name for name in was if name not in COUNTED and name not in moved_on and there[name] != left[name]]
    back = [name for name in was if name not in COUNTED and name not in changed and was[name] != there[name]]
    if there["version"] != left["version"]:
        # Somebody has changed it since: it goes on from there.
        back = [name for name in back if name not in moved_on]
        later = {"version": there["version"] + 1, "updated_at": now.isoformat()}
        write(cursor, "crm_contact", "id", {**was, **later}, only=[*back, *moved_on])
    elif back:
        write(cursor, "crm_contact", "id", was, only=back)
    return [RULES[name].label for name in changed if name in RULES and was[name] != there[name]]


def _restore_gone(cursor: CursorWrapper, row: Merge) -> None:
    was: Mapping[str, Any] = row.before["contacts"][str(row.gone_id)]
    write(cursor, "crm_contact", "id", was, only=[name for name in was if name not in COUNTED])


def kept_until(row: Merge) -> datetime:
    """Until when the merge can be taken back."""
    return row.at + UNDOABLE


def days_left(row: Merge, now: datetime) -> int:
    return max(0, (kept_until(row) - now) // timedelta(days=1))


def _by_toast(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    from crm.access import contacts_for, deleted_contacts_for

    try:
        done = take_apart(payload["merge"], kept=contacts_for(by), gone=deleted_contacts_for(by), by=by, now=now)
    except (CannotTakeApart, Busy) as problem:
        raise CannotUndo(str(problem)) from problem
    return UndoResult(done=[done.kept_id, done.gone_id])


def register() -> None:
    """Make known how merges and dismissals are taken back."""
    register_undoer(KIND, _by_toast)
    pairs.register()
