"""What the events of a partner say: its id and its name, so that a subscriber needs no query."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.models import Partner, User
from crm.timeline import Happening


def happened(
    kind: str, partner: Partner, *, by: User | None, now: datetime, contact_id: int | None = None, **data: Any
) -> Happening:
    """The event of one partner; on a contact's timeline where it is about both."""
    return Happening(
        kind,
        contact_id,
        now,
        actor="person" if by else "system",
        user_id=by.pk if by else None,
        subject_kind="partner",
        subject_id=partner.pk,
        data={
            "partner": partner.name,
            "partner_id": partner.pk,
            "by": by.name if by else "Followthrough",
            **data,
        },
    )
