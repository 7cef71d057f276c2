"""Playing an entry of the library: installed, switched on, and its weeks gone through in seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from automation.dating import sweep_clocks
from automation.library.installing import install
from automation.library.registry import ENTRIES
from automation.models import Automation
from automation.publishing import publish
from crm.dispatching import dispatch_pending
from crm.models import Contact
from followups import transitions as do
from followups.models import FollowUp
from followups.models.followup import FollowUpQuerySet
from messaging.models import Message
from tests.automation.making import goes_on
from tests.factories import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def switched_on(slug: str, now: datetime = NOW) -> Automation:
    """The entry as its story says, active."""
    made = install(ENTRIES[slug], by=None, now=now)
    publish(made, by=None, now=now)
    made.refresh_from_db()
    return made


def passes(until: datetime, since: datetime = NOW, step: timedelta = DAY) -> None:
    """Time passes, and each look is doubled: whoever looks twice does nothing twice."""
    now = since
    while True:
        for _ in range(2):
            dispatch_pending(now)
            while sweep_clocks(now):
                pass
            goes_on(now)
        if now >= until:
            return
        now = min(now + step, until)


def planned(who: Contact, **which: Any) -> FollowUpQuerySet:
    """What is open for them."""
    return FollowUp.objects.open().filter(contact=who, **which)


def plans(who: Contact) -> list[str]:
    """The subjects of all follow-ups that were ever made for them, in the order of making."""
    return list(FollowUp.objects.filter(contact=who).order_by("pk").values_list("subject", flat=True))


def finish(one: FollowUp | FollowUpQuerySet, outcome: str, now: datetime, by: Any, **more: Any) -> None:
    """A colleague completes it, and everybody hears of it."""
    rows = FollowUp.objects.filter(pk=one.pk) if isinstance(one, FollowUp) else one
    assert do.complete(rows, by=by, now=now, outcome=outcome, **more).done
    dispatch_pending(now)
    goes_on(now)


def letters(who: Contact) -> list[str]:
    """What was written to them, in order: the names of the templates."""
    rows = Message.objects.filter(contact=who, direction="out").order_by("pk")
    return [name or "" for name in rows.values_list("template__name", flat=True)]


def told(kind: str) -> list[tuple[str, str]]:
    """Who was told what in the app."""
    rows = Message.objects.filter(kind=kind, channel="in_app").order_by("pk")
    return list(rows.values_list("user__full_name", "subject"))
