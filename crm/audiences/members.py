"""Putting contacts into audiences by hand, and taking them out (A5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from crm.audiences.comparing import add_to_count, lock, moment_of, tell
from crm.audiences.knowing import Known
from crm.conditions.compiling import as_q
from crm.conditions.language import BadCondition
from crm.models import Audience, AudienceMember, Contact, User
from crm.models.audience import AudienceKind
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember

UNDO = "audience_members"
#: How many contacts one verb takes at once.
MOST = 10_000

# Who is in by the condition stays when it no longer fits: somebody put them in.
_ADD = """
INSERT INTO crm_audiencemember (audience_id, contact_id, since, by_hand)
SELECT %s, c, %s, true FROM unnest(%s::bigint[]) AS c ORDER BY c
ON CONFLICT (audience_id, contact_id) DO UPDATE SET by_hand = true WHERE NOT crm_audiencemember.by_hand
RETURNING contact_id, (xmax = 0)
"""


def add_members(
    audience: Audience, contacts: QuerySet[Contact], *, by: User | None, now: datetime, undoable: bool = True
) -> Result:
    """Put contacts in, each with an event; `done` are those that somebody now holds there by hand."""
    ids = list(contacts.filter(deleted_at__isnull=True).order_by("pk").values_list("pk", flat=True)[:MOST])
    with transaction.atomic():
        lock(audience.pk)
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [audience.pk, now, ids])
            rows = cursor.fetchall()
        done, new = sorted(pk for pk, _ in rows), sorted(pk for pk, is_new in rows if is_new)
        tell(audience, "audience_joined", new, now=now, by=by.pk if by else None)
        if new:
            add_to_count(audience.pk, len(new), now=now)
        step = _remember(audience, {"added": done}, f"Put {_said(done)} into {audience.name}", by, now, undoable)
    return Result(done=done, undo_id=step)


def remove_members(
    audience: Audience, contacts: QuerySet[Contact], *, by: User | None, now: datetime, undoable: bool = True
) -> Result:
    """Take out whom somebody put in, each with an event. Who is in by the condition is refused, and stays."""
    ids = list(contacts.order_by("pk").values_list("pk", flat=True)[:MOST])
    with transaction.atomic():
        lock(audience.pk)
        theirs = AudienceMember.objects.filter(audience=audience, contact__in=ids)
        by_hand = dict(theirs.values_list("contact_id", "by_hand"))
        held = sorted(pk for pk, hand in by_hand.items() if hand)
        staying = _fitting(audience, held, now)
        going = [pk for pk in held if pk not in staying]
        theirs.filter(contact__in=staying).update(by_hand=False)
        theirs.filter(contact__in=going).delete()
        tell(audience, "audience_left", going, now=now, by=by.pk if by else None)
        if going:
            living = Contact.objects.filter(pk__in=going, deleted_at__isnull=True).count()
            add_to_count(audience.pk, -living, now=now)
        step = _remember(audience, {"removed": held}, f"Took {_said(held)} out of {audience.name}", by, now, undoable)
    fits = f"The condition of “{audience.name}” says that they belong; change the condition."
    return Result(done=held, refused={pk: fits for pk, hand in by_hand.items() if not hand}, undo_id=step)


def register_undo() -> None:
    """Make known how both are taken back; called at start-up."""

    def back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
        audience = Audience.objects.alive().filter(pk=payload["audience"]).first()
        if audience is None:
            return UndoResult(refused={0: "The audience is not there any more."})
        verb, ids = (add_members, payload["removed"]) if "removed" in payload else (remove_members, payload["added"])
        result = verb(audience, Contact.objects.filter(pk__in=ids), by=by, now=now, undoable=False)
        return UndoResult(done=result.done, refused=result.refused)

    register_undoer(UNDO, back)


def _fitting(audience: Audience, ids: Sequence[int], now: datetime) -> set[int]:
    """Those of them whom the condition would let in."""
    if audience.kind == AudienceKind.STATIC or not ids:
        return set()
    known = Known()
    try:
        fits = as_q(known.of(audience), now=moment_of(audience, now), zone=known.zone, few=True)
    except BadCondition:  # it lets nobody in any more; whoever is in stays
        return set()
    rows = Contact.objects.filter(fits, pk__in=ids, deleted_at__isnull=True)
    return set(rows.values_list("pk", flat=True))


def _remember(
    audience: Audience, what: dict[str, list[int]], label: str, by: User | None, now: datetime, undoable: bool
) -> int | None:
    if by is None or not undoable or not any(what.values()):
        return None
    return remember(user=by, label=label, kind=UNDO, payload={"audience": audience.pk, **what}, now=now)


def _said(ids: Sequence[int]) -> str:
    return "1 contact" if len(ids) == 1 else f"{len(ids):,} contacts"
