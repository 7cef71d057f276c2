"""What becomes of suspected pairs when two contacts are merged, dismissed, or told apart again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet

from crm.models import DuplicatePair, Merge, PairState, UncomparedContact, User
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember

#: What `crm.undo` calls a dismissal.
KIND = "duplicate_dismissed"

# Whoever said that a third contact is not the gone one said it of the person: it holds for the kept one as well. An
# empty digest: whatever the next search compares is what was decided upon.
_INHERIT = """
INSERT INTO crm_duplicatepair (first_id, second_id, likeness, reasons, state, compared, found_at, decided_at, decided_by_id)
SELECT least(%(kept)s, third), greatest(%(kept)s, third), likeness, reasons, 'dismissed', '', found_at, decided_at,
    decided_by_id
FROM (SELECT *, CASE first_id WHEN %(gone)s THEN second_id ELSE first_id END AS third FROM crm_duplicatepair
      WHERE %(gone)s IN (first_id, second_id) AND state = 'dismissed') p
WHERE third <> %(kept)s
ON CONFLICT DO NOTHING RETURNING id
"""


def settle(cursor: CursorWrapper, kept: int, gone: int, *, by: User | None, now: datetime) -> dict[str, Any]:
    """Mark the pair as merged and let dismissals of the gone one hold for the kept; returns what taking back needs."""
    pair = _between(kept, gone).first()
    if pair is not None:
        was = {"id": pair.pk, "state": pair.state, "decided_by_id": pair.decided_by_id,
               "decided_at": pair.decided_at.isoformat() if pair.decided_at else None}  # fmt: skip
        _between(kept, gone).update(state=PairState.MERGED, decided_by=by, decided_at=now)
    cursor.execute(_INHERIT, {"kept": kept, "gone": gone})
    inherited = [row[0] for row in cursor.fetchall()]
    look_at_again([kept])
    return {"was": was if pair is not None else None, "inherited": inherited}


def tell_apart(merge: Merge) -> None:
    """Put the pairs back to how they were before the merge."""
    kept: Mapping[str, Any] = merge.before.get("pairs") or {}
    DuplicatePair.objects.filter(pk__in=kept.get("inherited", ())).delete()
    if was := kept.get("was"):
        back = {name: was[name] for name in ("state", "decided_by_id", "decided_at")}
        DuplicatePair.objects.filter(pk=was["id"], state=PairState.MERGED).update(**back)
    look_at_again([merge.kept_id, merge.gone_id])


def look_at_again(contact_ids: list[int]) -> None:
    """Have the search look at these contacts soon."""
    UncomparedContact.objects.bulk_create(
        [UncomparedContact(contact_id=pk) for pk in contact_ids], ignore_conflicts=True
    )


def dismiss(found: QuerySet[DuplicatePair], *, by: User, now: datetime) -> Result:
    """Say of pairs that they are two people; they come back only when what was compared changes."""
    ids = sorted(found.filter(state=PairState.OPEN).values_list("pk", flat=True))
    DuplicatePair.objects.filter(pk__in=ids).update(state=PairState.DISMISSED, decided_by=by, decided_at=now)
    if not ids:
        return Result()
    said = "Two people" if len(ids) == 1 else f"{len(ids)} pairs are two people each"
    return Result(done=ids, undo_id=remember(user=by, label=said, kind=KIND, payload={"ids": ids}, now=now))


def _offer_again(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    dismissed = DuplicatePair.objects.filter(pk__in=payload["ids"], state=PairState.DISMISSED)
    done = list(dismissed.values_list("pk", flat=True))
    dismissed.update(state=PairState.OPEN, decided_by=None, decided_at=None)
    return UndoResult(done=done)


def _between(one: int, other: int) -> QuerySet[DuplicatePair]:
    return DuplicatePair.objects.filter(Q(first=min(one, other), second=max(one, other)))


def register() -> None:
    register_undoer(KIND, _offer_again)
