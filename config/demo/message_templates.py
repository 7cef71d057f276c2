"""The demo's templates: the starters of the gallery, one of them approved by WhatsApp."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crm.models import User
from messaging.models import Approval, MessageTemplate
from messaging.templating.catalogue import make
from messaging.templating.starters import STARTERS

APPROVED = {"appointment-whatsapp": "HX00000000000000000000000000000001"}


def write_templates(*, by: User | None, now: datetime) -> int:
    """Store the starters, unless somebody has written templates already; returns how many."""
    if MessageTemplate.objects.exists():
        return 0
    for one in STARTERS:
        sid = APPROVED.get(one.slug)
        label = replace(one.label, whatsapp_sid=sid, whatsapp_state=Approval.APPROVED) if sid else one.label
        make(label, one.drafts, by=by, now=now)
    return len(STARTERS)
