"""Logging what a colleague did with a contact outside a follow-up (A3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from crm.timeline import Happening, record
from followups.lifecycle import UnknownOutcome, is_attempt, is_two_way
from followups.models import Outcome

if TYPE_CHECKING:
    from crm.models import Contact, User

__all__ = ["KINDS", "Logged", "UnknownOutcome", "log_attempts", "log_contact", "offered_outcomes"]

#: What was done -> the event's kind.
KINDS = {"call": "call_logged", "meeting": "meeting_logged", "email": "email_logged", "message": "message_logged"}
_CHANNELS = {"call": "call", "meeting": "meeting", "email": "email", "message": "sms"}


@dataclass(frozen=True, slots=True)
class Logged:
    """`kind` is a key of KINDS, `direction` in or out, `outcome` a slug."""

    kind: str
    direction: str
    outcome: str
    notes: str
    duration_minutes: int | None
    occurred_at: datetime


def offered_outcomes() -> list[Outcome]:
    """What may come of a call or a meeting: the outcomes of every type, and those of calls."""
    anywhere = Q(type=None) | Q(type__channel="call")
    return list(Outcome.objects.filter(anywhere, archived_at__isnull=True))


def log_attempts(keys: Mapping[int, str], kind: str, *, notes: str, now: datetime) -> list[int]:
    """Write that contacts, by id, were tried in vain, in the product's name: an attempt, never real contact. `kind` is one
    of KINDS; a key that is known already writes nothing. Returns the ids of the events."""
    tried = [
        Happening(
            KINDS[kind],
            contact_id,
            now,
            data={
                "outcome": "tried in vain",
                "outcome_slug": "",
                "direction": "out",
                "notes": notes,
                "duration_minutes": None,
                "by": "Followthrough",
            },
            key=key,
            attempt=True,
        )
        for contact_id, key in keys.items()
    ]
    return record(tried, now=now)


def log_contact(contact: Contact, said: Logged, *, by: User, now: datetime) -> int:
    """Write the event and return its id. What the contact began is real contact unless nobody was reached.

    Raises UnknownOutcome.
    """
    outcomes = {one.slug: one for one in Outcome.objects.filter(archived_at__isnull=True)}
    outcome = outcomes.get(said.outcome)
    if outcome is None:
        raise UnknownOutcome(said.outcome, list(outcomes))
    attempt = is_attempt(outcome.sense)
    two_way = not attempt and (said.direction == "in" or is_two_way(_CHANNELS[said.kind], outcome.sense))
    happening = Happening(
        KINDS[said.kind],
        contact.pk,
        said.occurred_at,
        actor="person",
        user_id=by.pk,
        data={
            "outcome": outcome.label,
            "outcome_slug": outcome.slug,
            "direction": said.direction,
            "notes": said.notes,
            "duration_minutes": said.duration_minutes,
            "by": by.name,
        },
        two_way=two_way,
        attempt=attempt,
    )
    return record([happening], now=now)[0]
