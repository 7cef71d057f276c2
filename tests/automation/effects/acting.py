"""People put through one step by the real engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment, StepVisit
from automation.running import run_batch
from crm.models import Contact
from tests.automation.making import automation
from tests.factories import NOW


def put_in(made: Automation, *who: Contact, about: str = "", words: Mapping[str, Any] | None = None) -> None:
    """Let people in, for a record if one is named."""
    entered = enroll([Entry(made.pk, one.pk, NOW, about=about, words=words or {}) for one in who], now=NOW)
    assert len(entered.ids) == len(who), entered.refused


def does(step: dict[str, Any], *who: Contact, now: datetime = NOW, about: str = "", **words: Any) -> list[Enrollment]:
    """An automation of one step, gone through by these people; returns where each is then."""
    made = automation(step)
    put_in(made, *who, about=about, words=words)
    while run_batch(now):
        pass
    found = {one.contact_id: one for one in Enrollment.objects.filter(automation=made)}
    return [found[one.pk] for one in who]


def why(who: Contact) -> str:
    """What the record says of the last step that somebody left."""
    return StepVisit.objects.filter(enrollment__contact=who).latest("pk").why
