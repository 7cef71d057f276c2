"""Events that named nobody: given to a contact, tried again, or left, with a way back (A11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm.event_kinds import words
from crm.models import Contact, Organisation, RefusedEvent, User
from crm.outside.finding import find_contacts
from crm.outside.reading import BadEvent, Sent, read
from crm.outside.receiving import store
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember

LEFT = "refused_events"
#: How many one click tries again.
MOST = 1_000
#: Nobody asks for what has waited so long, settled or not.
KEPT = timedelta(days=90)


def refused_for(user: User) -> QuerySet[RefusedEvent]:
    """What waits for somebody to say whose it is, newest first, for those who look after the settings."""
    waiting = RefusedEvent.objects.filter(settled_at__isnull=True).order_by("-pk")
    return waiting if user.can("settings.manage") else waiting.none()


def in_words(rows: Sequence[RefusedEvent], now: datetime) -> list[str]:
    """What each would say on a timeline."""
    sent = _read(rows, now)
    return [words(row.kind, sent[row.pk].data if row.pk in sent else {}) for row in rows]


def attach(events: QuerySet[RefusedEvent], to: Contact, *, by: User, now: datetime) -> Result:
    """Put events on a contact's timeline. One that was stored meanwhile is only settled."""
    with transaction.atomic():
        rows = _locked(events)
        return _store({row.pk: to.pk for row in rows}, rows, by=by, now=now)


def try_again(events: QuerySet[RefusedEvent], *, by: User, now: datetime) -> Result:
    """Look for the contacts anew, and store what now names somebody; the rest goes on waiting."""
    with transaction.atomic():
        rows = _locked(events)
        sent = _read(rows, now)
        found = find_contacts([one.contact for one in sent.values()], by=by)
        return _store({pk: owner for pk, owner in zip(sent, found, strict=True) if owner}, rows, by=by, now=now)


def leave(events: QuerySet[RefusedEvent], *, by: User, now: datetime) -> Result:
    """Go on without them; they can be brought back for ten minutes."""
    with transaction.atomic():
        ids = [row.pk for row in _locked(events)]
        if not ids:
            return Result()
        RefusedEvent.objects.filter(pk__in=ids).update(settled_at=now)
        label = f"Left {len(ids):,} event{'s' if len(ids) > 1 else ''} of nobody"
        return Result(done=ids, undo_id=remember(user=by, label=label, kind=LEFT, payload={"ids": ids}, now=now))


def forget_old(now: datetime) -> int:
    """Remove what has lain for KEPT; returns how many."""
    old = RefusedEvent.objects.filter(received_at__lte=now - KEPT).order_by("pk").values("pk")[:10_000]
    return RefusedEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]


def register() -> None:
    """Make known how leaving is taken back; called at start-up."""
    register_undoer(LEFT, _back)


def _back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Let them wait again; one whose key has come anew since is waiting already."""
    rows = RefusedEvent.objects.filter(pk__in=payload["ids"], settled_at__isnull=False)
    waiting = set(RefusedEvent.objects.filter(settled_at__isnull=True).exclude(key="").values_list("key", flat=True))
    ids = [pk for pk, key in rows.values_list("pk", "key") if key not in waiting]
    RefusedEvent.objects.filter(pk__in=ids).update(settled_at=None)
    return UndoResult(done=ids)


def _locked(events: QuerySet[RefusedEvent]) -> list[RefusedEvent]:
    """In the order they came, as their contacts' timelines shall have them."""
    return list(events.filter(settled_at__isnull=True).order_by("pk").select_for_update(of=("self",))[:MOST])


def _read(rows: Sequence[RefusedEvent], now: datetime) -> dict[int, Sent]:
    currency = Organisation.objects.current().currency
    good = {}
    for row in rows:
        try:
            good[row.pk] = read(row.payload, now=now, currency=currency)
        except BadEvent:  # a kind that has become our own since: somebody may leave it
            continue
    return good


def _store(owners: dict[int, int], rows: list[RefusedEvent], *, by: User, now: datetime) -> Result:
    sent = _read([row for row in rows if row.pk in owners], now)
    store([(one, owners[pk]) for pk, one in sent.items()], by=by, now=now)
    RefusedEvent.objects.filter(pk__in=list(sent)).update(settled_at=now)
    waits = {row.pk: "It still names nobody." for row in rows if row.pk not in sent}
    return Result(done=list(sent), refused=waits)
