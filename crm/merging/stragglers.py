"""What was under way while two contacts were merged, and wrote to the one that was gone by then: it follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.backends.utils import CursorWrapper

from crm.merging.locking import Busy, in_peace
from crm.merging.merging import LOOKS
from crm.merging.relations import after_moving, copied
from crm.merging.rows import allow_moving, contact_rows, copy_all, move_all, queue_together, rows_of, snapshot, write
from crm.models import Contact, Merge
from crm.timeline import SHARDS

DUE_SQL = "EXISTS (SELECT FROM crm_merge WHERE look_again_at <= %(now)s)"

BATCH = 100

#: What a colleague's or a provider's work may have moved on with the gone contact itself.
SPOKEN = ("last_two_way_at", "last_attempt_at")


def look_again(now: datetime) -> int:
    """Sweep: bring after what was written to gone contacts since they were merged; returns how many were looked at."""
    due = Merge.objects.filter(look_again_at__lte=now).order_by("look_again_at").values_list("pk", "kept_id", "gone_id")
    done = 0
    for merge_id, kept, gone in list(due[:BATCH]):
        try:
            done += in_peace(lambda cursor, pk=merge_id: _follow(cursor, pk, now), [kept, gone])  # type: ignore[misc]
        except Busy:
            Merge.objects.filter(pk=merge_id).update(look_again_at=now + timedelta(seconds=30))
    return done


def _follow(cursor: CursorWrapper, merge_id: int, now: datetime) -> int:
    row = Merge.objects.filter(pk=merge_id).first()
    if row is None:
        return 0
    both = [row.kept_id, row.gone_id]
    held = list(Contact.objects.filter(pk__in=both).order_by("pk").select_for_update().values_list("pk", flat=True))
    row = Merge.objects.select_for_update(skip_locked=True).filter(pk=merge_id, look_again_at__lte=now).first()
    if row is None:
        return 0
    if len(held) == 2 and row.undone_at is None:
        _move(cursor, row)
        _settle(cursor, row, both)
        _note_spoken(cursor, row)
    looked = row.before.get("looked", 0) + 1
    row.before["looked"] = looked
    later = row.at + LOOKS[looked] if looked < len(LOOKS) else None
    Merge.objects.filter(pk=row.pk).update(before=row.before, look_again_at=later)
    return 1


def _move(cursor: CursorWrapper, row: Merge) -> None:
    allow_moving(cursor)
    late = move_all(cursor, row.gone_id, row.kept_id)
    queue_together(cursor, late.get("crm_event.contact_id", ()), row.kept_id % SHARDS)
    after_moving(cursor, late)
    moved = row.before["moved"]
    for name, keys in late.items():
        moved[name] = sorted({*moved.get(name, ()), *keys})


def _settle(cursor: CursorWrapper, row: Merge, both: Sequence[int]) -> None:
    """A "no" that reached the gone contact's row after the merge holds for the kept one too."""
    before, left = row.before["rows"], row.before["left"]["rows"]
    late = False
    for one in copied():
        name = f"{one.table}.{one.column}"
        theirs = rows_of(cursor, one, [row.gone_id])
        if any(left.get(name, {}).get(key) != value for key, value in theirs.items()):
            late = True
            before.setdefault(name, {}).update(theirs)
            left.setdefault(name, {}).update(theirs)
    if not late:
        return
    was = snapshot(cursor, both)
    copy_all(cursor, row.kept_id, row.gone_id)
    for name, rows in snapshot(cursor, both).items():
        for key, value in rows.items():
            # Only what this has just written counts as the merge's own work.
            if was[name].get(key) != value:
                left.setdefault(name, {})[key] = value


def _note_spoken(cursor: CursorWrapper, row: Merge) -> None:
    there = contact_rows(cursor, [row.kept_id, row.gone_id])
    kept, gone = there[str(row.kept_id)], there[str(row.gone_id)]
    newer = {name: gone[name] for name in SPOKEN if gone[name] and (not kept[name] or gone[name] > kept[name])}
    if newer:
        write(cursor, "crm_contact", "id", {"id": row.kept_id, **newer}, only=list(newer))
        for name, value in newer.items():
            row.before["contacts"][str(row.gone_id)][name] = value
            row.before["left"]["contacts"][str(row.kept_id)][name] = value
