"""Making one contact of two that are the same person: nothing of what belongs to either is lost (A14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Max

from crm.contact_state import state_of
from crm.merging import pairs
from crm.merging.choosing import unite
from crm.merging.locking import in_peace
from crm.merging.relations import after_moving
from crm.merging.rows import allow_moving, contact_rows, copy_all, move_all, queue_together, snapshot
from crm.models import Contact, Merge, User
from crm.models.contact import ContactQuerySet
from crm.timeline import SHARDS, Happening, record
from crm.undo import remember

#: What `crm.undo` calls it.
KIND = "merge"
#: How long a merge can be taken back.
UNDOABLE = timedelta(days=30)
#: When to look whether work that was under way has written to the gone contact since.
LOOKS = (timedelta(seconds=10), timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=24))
#: The version goes on by so much, and back by it when the merge is undone: a form that was opened in between never
#: fits the contact of before.
STEP = 1000


class CannotMerge(ValueError):
    """The two cannot be merged now; the text is a sentence. `stale`: somebody has changed one of them first;
    `conflict`: a third contact stands in the way."""

    def __init__(self, text: str, *, stale: bool = False, conflict: bool = False) -> None:
        super().__init__(text)
        self.stale, self.conflict = stale, conflict


@dataclass(slots=True)
class Merged:
    """`moved`: how many rows of each table came over. `undo_id`: the step of `crm.undo`, where a person merged."""

    merge_id: int
    kept_id: int
    gone_id: int
    moved: dict[str, int] = field(default_factory=dict)
    undo_id: int | None = None


def merge(
    contacts: ContactQuerySet,
    *,
    kept: int,
    gone: int,
    by: User | None,
    now: datetime,
    choices: Mapping[str, str] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Merged:
    """Give everything that belongs to `gone` to `kept` and take `gone` out of sight; both must be among `contacts`.

    `choices` as `crm.merging.choosing.unite` takes them; `versions` by id refuses what somebody has changed first.
    Raises CannotMerge, locking.Busy, and KeyError or ValueError for a choice that there is not.
    """
    if kept == gone:
        raise CannotMerge("A contact cannot be merged with itself.")
    work = partial(_merge, contacts=contacts, kept=kept, gone=gone, by=by, now=now, choices=choices or {},
                   versions=versions or {})  # fmt: skip
    try:
        return in_peace(work, [kept, gone])
    except IntegrityError as problem:
        raise CannotMerge(
            "A third contact has one of these addresses now. Look at that one first.", conflict=True
        ) from problem


def _merge(
    cursor: CursorWrapper,
    *,
    contacts: ContactQuerySet,
    kept: int,
    gone: int,
    by: User | None,
    now: datetime,
    choices: Mapping[str, str],
    versions: Mapping[int, int],
) -> Merged:
    rows = contacts.filter(pk__in=[kept, gone]).order_by("pk").select_for_update(of=("self",))
    both = {contact.pk: contact for contact in rows}
    if len(both) < 2:
        raise CannotMerge("One of the two is not there any more, or not for you.")
    if any(both[pk].version != version for pk, version in versions.items() if pk in both):
        raise CannotMerge("Somebody has changed one of the two first. Look at them again.", stale=True)
    values = unite(state_of(both[kept]), state_of(both[gone]), choices)
    before = {"contacts": contact_rows(cursor, [kept, gone]), "rows": snapshot(cursor, [kept, gone])}
    Contact.objects.filter(pk=gone).update(deleted_at=now, updated_at=now, version=F("version") + STEP)
    allow_moving(cursor)
    moved = move_all(cursor, gone, kept)
    queue_together(cursor, moved.get("crm_event.contact_id", ()), kept % SHARDS)
    spoken = Contact.objects.filter(pk__in=[kept, gone]).aggregate(
        two_way=Max("last_two_way_at"), tried=Max("last_attempt_at")
    )
    Contact.objects.filter(pk=kept).update(
        **values,
        last_two_way_at=spoken["two_way"],
        last_attempt_at=spoken["tried"],
        version=F("version") + STEP,
        updated_at=now,
    )
    copy_all(cursor, kept, gone)
    after_moving(cursor, moved)
    left = {"contacts": contact_rows(cursor, [kept, gone]), "rows": snapshot(cursor, [kept, gone])}
    kept_name, gone_name = both[kept].name, both[gone].name
    row = Merge.objects.create(
        kept_id=kept,
        gone_id=gone,
        by=by,
        at=now,
        gone_external_id=both[gone].external_id,
        look_again_at=now + LOOKS[0],
        before=before
        | {"left": left, "moved": moved, "names": [kept_name, gone_name], "looked": 0}
        | {"pairs": pairs.settle(cursor, kept, gone, by=by, now=now)},
    )
    counts = {name.partition(".")[0]: len(keys) for name, keys in moved.items()}
    tell("contacts_merged", row, by, now, {"moved": counts})
    undo_id = None
    if by is not None:
        label = f"Merged {gone_name} into {kept_name}"
        undo_id = remember(user=by, label=label, kind=KIND, payload={"merge": row.pk}, now=now)
    return Merged(row.pk, kept, gone, counts, undo_id)


def tell(kind: str, row: Merge, by: User | None, now: datetime, more: Mapping[str, Any]) -> None:
    """Leave an event with each of the two, naming the other."""
    kept_name, gone_name = row.before["names"]
    record(
        [
            Happening(
                kind,
                contact_id,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                subject_kind="merge",
                subject_id=row.pk,
                data={"other": other, "merge_id": row.pk, "kept": row.kept_id, "gone": row.gone_id, **more},
            )
            for contact_id, other in ((row.kept_id, gone_name), (row.gone_id, kept_name))
        ],
        now=now,
    )
