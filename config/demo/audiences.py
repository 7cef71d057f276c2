"""Audiences of the demo's contacts, and what a made-up shop and school sent about some of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from crm.audiences.filling import fill_waiting
from crm.audiences.making import make_audience
from crm.audiences.members import add_members
from crm.models import Audience, Contact, PendingEvent, Role, User
from crm.outside.receiving import receive

ACTIVE = {"field": "lifecycle", "op": "in", "value": ["new", "working", "qualified"]}
#: Name, what it is for, condition.
DESCRIBED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Clients", "Everybody whom we serve", {"field": "lifecycle", "op": "equals", "value": "client"}),
    (
        "Leads with nothing planned",
        "Nobody is forgotten: look here on Mondays",
        {"all": [ACTIVE, {"field": "next_due_by", "op": "not_set"}]},
    ),
    (
        "Passport expires soon",
        "Ask for the new one before the visa is filed",
        {"all": [{"field": "custom.passport-expiry", "op": "within_next", "value": 180}]},
    ),
    (
        "New this month",
        "For the welcome letter",
        {"all": [{"field": "created_at", "op": "within_last", "value": 30}]},
    ),
)
OPEN_DAY = "Open day in October"
#: Kind, what it is about, the least and the most it cost in EUR.
ARRIVALS: tuple[tuple[str, str, int, int], ...] = (
    ("order_paid", "Language course, September", 420, 1900),
    ("order_abandoned", "IELTS preparation", 90, 240),
    ("class_enrolled", "German A2, evenings", 0, 0),
    ("class_attended", "German A2, evenings", 0, 0),
    ("class_missed", "German A2, evenings", 0, 0),
    ("form_submitted", "Call me back", 0, 0),
    ("webinar_joined", "Visas for nurses", 0, 0),
)
MOST = 400


def gather_audiences(*, seed: int, now: datetime) -> int:
    """Make audiences and put them together, and take in events from outside; returns how many audiences there are."""
    by = User.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").first()
    assert by is not None
    before = list(PendingEvent.objects.values_list("event_id", flat=True))
    for name, description, condition in DESCRIBED:
        make_audience(name=name, kind="dynamic", description=description, condition=condition, by=by, now=now)
    fill_waiting(now)
    told = make_audience(name=OPEN_DAY, kind="static", description="Who came to our stand", by=by, now=now)
    add_members(told, Contact.objects.filter(pk__in=_every(9)), by=by, now=now, undoable=False)
    _arrivals(Random(seed + 5), by, now)  # noqa: S311 - made-up data, not a secret
    # Told as of the past: nobody is asked to respond to what the story has settled.
    PendingEvent.objects.exclude(event_id__in=before).delete()
    return Audience.objects.count()


def _every(step: int) -> list[int]:
    return list(Contact.objects.filter(deleted_at=None).order_by("pk").values_list("pk", flat=True)[::step][:MOST])


def _arrivals(chance: Random, by: User, now: datetime) -> None:
    """One event for every fifth contact, and one for somebody whom nobody knows."""
    events = []
    known = dict(Contact.objects.filter(pk__in=_every(5)).order_by("pk").values_list("pk", "created_at"))
    for number, (pk, since) in enumerate(known.items()):
        kind, item, least, most = chance.choice(ARRIVALS)
        at = max(since, now - timedelta(minutes=chance.randint(10, 9_000)))
        event: dict[str, Any] = {"contact": pk, "kind": kind, "occurred_at": at.isoformat(), "key": f"demo-{number}"}
        event["data"] = {"item": item}
        if most:
            event |= {"amount": chance.randint(least, most), "currency": "EUR"}
        events.append(event)
    lost = {"contact": "late.payer@example.net", "kind": "payment_received", "key": "demo-lost"}
    receive([*events, lost | {"amount": 250, "currency": "EUR"}], by=by, now=now)
