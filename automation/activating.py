"""Switching an automation on with its draft: nothing that the list stops, and above the limit only with a second person's
word (D14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from automation.checks.shape import Check
from automation.models import Automation, AutomationState, AutomationVersion
from automation.news import ANSWERED, ASKED, activators, notice, tell_activators
from automation.preflight import Preflight, preflight
from automation.publishing import publish
from automation.switching import STILL_EMPTIED
from messaging.notices import tell

if TYPE_CHECKING:
    from crm.models import User

NO_DRAFT = "There is no draft to publish."
CHANGED = "Somebody has changed the draft since you looked at it. Look at it once more."
PUT_AWAY = "It is put away. Take it out again first."
OWN_WORD = "Somebody else has to confirm what you asked for."
NOT_ASKED = "Nobody has asked for a second word on this draft as it is now."


class NotReady(ValueError):
    """It cannot be switched on; the text says why, and `checks` are the lines of the list that stop it."""

    def __init__(self, sentence: str, checks: Sequence[Check] = ()) -> None:
        """Keep the lines."""
        super().__init__(sentence)
        self.checks = list(checks)


@dataclass(frozen=True, slots=True)
class Activated:
    """`published` is the version that is live now; None where a second person was asked."""

    published: AutomationVersion | None
    preflight: Preflight


def activate(automation: Automation, *, by: User, now: datetime, lock: int | None = None) -> Activated:
    """Publish the draft and switch the automation on, or ask for a second person's word where more people are expected
    than the limit. `lock` is that of the draft that `by` saw. Raises NotReady."""
    with transaction.atomic():
        draft = _draft(automation, lock)
        flight = _ready(automation, draft, by, now)
        if flight.needs_second and activators(but=by):
            _ask(automation, draft, flight, by, now)
            return Activated(None, flight)
        return Activated(_publish(automation, flight, by, now), flight)


def approve(automation: Automation, *, by: User, now: datetime, lock: int | None = None) -> Activated:
    """Give the second word: the draft is published as its asker wanted. Raises NotReady, also for one's own request."""
    with transaction.atomic():
        draft = _asked(automation, by, lock)
        flight = _ready(automation, draft, by, now)
        AutomationVersion.objects.filter(pk=draft.pk).update(approved_by=by, approved_at=now)
        published = _publish(automation, flight, draft.asked_by, now)
        _answer(automation, draft, f"{by.name} confirmed “{automation.name}”: it is active", "", now)
        return Activated(published, flight)


def decline(automation: Automation, *, by: User, now: datetime, why: str = "") -> None:
    """Refuse the second word; the draft stays a draft and its asker is told. Raises NotReady where nobody asked."""
    with transaction.atomic():
        draft = _draft(automation, None)
        if draft.asked_at is None:
            raise NotReady(NOT_ASKED)
        AutomationVersion.objects.filter(pk=draft.pk).update(asked_by=None, asked_at=None, asked_lock=0)
        if draft.asked_by_id != by.pk:
            said = f"{by.name} did not confirm “{automation.name}”"
            _answer(automation, draft, said, why.replace("\0", "").strip()[:300], now)


def is_asked(draft: AutomationVersion | None) -> bool:
    """Whether a second word is waited for on the draft as it is now."""
    return draft is not None and draft.asked_at is not None and draft.asked_lock == draft.lock


def _draft(automation: Automation, lock: int | None) -> AutomationVersion:
    """The draft, with the automation locked against others who publish or edit."""
    one = Automation.objects.select_for_update(no_key=True).get(pk=automation.pk)
    drafts = AutomationVersion.objects.select_for_update(of=("self",)).select_related("asked_by")
    draft = drafts.filter(automation=one, published_at__isnull=True).first()
    if one.state == AutomationState.ARCHIVED or one.deleted_at is not None:
        raise NotReady(PUT_AWAY)
    if one.emptying:
        raise NotReady(STILL_EMPTIED)
    if draft is None:
        raise NotReady(NO_DRAFT)
    if lock is not None and lock != draft.lock:
        raise NotReady(CHANGED)
    return draft


def _asked(automation: Automation, by: User, lock: int | None) -> AutomationVersion:
    draft = _draft(automation, lock)
    if not is_asked(draft):
        raise NotReady(NOT_ASKED)
    if draft.asked_by_id == by.pk:
        raise NotReady(OWN_WORD)
    return draft


def _ready(automation: Automation, draft: AutomationVersion, by: User, now: datetime) -> Preflight:
    flight = preflight(automation, draft, user=by, now=now)
    if flight.stops:
        raise NotReady(flight.stops[0].sentence, flight.stops)
    return flight


def _publish(automation: Automation, flight: Preflight, by: User | None, now: datetime) -> AutomationVersion:
    expected = flight.forecast.per_day if flight.forecast else 0
    return publish(automation, by=by, now=now, forecast=expected, brake=flight.brake)


def _ask(automation: Automation, draft: AutomationVersion, flight: Preflight, by: User, now: datetime) -> None:
    AutomationVersion.objects.filter(pk=draft.pk).update(
        asked_by=by, asked_at=now, asked_lock=draft.lock, approved_by=None, approved_at=None
    )
    expected = flight.forecast.per_day if flight.forecast else 0
    line = f"About {expected:,} people a day are expected to enter; more than {flight.limit:,} need a second person’s word."
    subject = f"{by.name} asks you to confirm “{automation.name}”"
    tell_activators(ASKED, automation, subject, [line], key=f"{draft.pk}.{draft.lock}", now=now, but=by)


def _answer(automation: Automation, draft: AutomationVersion, subject: str, why: str, now: datetime) -> None:
    if draft.asked_by is not None:
        key = f"{draft.pk}.{draft.lock}.{now.isoformat()}"
        tell([notice(ANSWERED, draft.asked_by, automation, subject, [why] if why else [], key)], now=now)
