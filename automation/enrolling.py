"""Putting contacts into an automation by hand or by a program (D2, D5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from automation.entering import Entry, enroll
from automation.models import Automation
from crm.models.contact import ContactQuerySet

if TYPE_CHECKING:
    from crm.models import User

TOGETHER = 1_000


@dataclass(slots=True)
class PutIn:
    """Contact -> the new enrollment, and contact -> why they stay out."""

    entered: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def put_in(
    automation: Automation, contacts: ContactQuerySet, *, by: User | None, now: datetime, deliberate: bool = False
) -> PutIn:
    """Let the contacts in as the rules of the automation say. `deliberate`: somebody saw how many they are, so the brake
    does not count them."""
    ids = list(contacts.order_by("pk").values_list("pk", flat=True))
    result = PutIn()
    with transaction.atomic():
        for start in range(0, len(ids), TOGETHER):
            some = [
                Entry(automation.pk, pk, now, by_id=by.pk if by else None, deliberate=deliberate)
                for pk in ids[start : start + TOGETHER]
            ]
            done = enroll(some, now=now)
            result.entered |= {contact_id: pk for (_, contact_id, _), pk in done.ids.items()}
            result.refused |= {contact_id: why for (_, contact_id, _), why in done.refused.items()}
    return result
