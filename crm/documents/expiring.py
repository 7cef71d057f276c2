"""The daily word that a document runs out, and that it has: each warning once, the nearest only where days were missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from crm.documents.arming import arm, today_here
from crm.documents.standing import EXPIRED, HERE, word
from crm.documents.telling import tell
from crm.due import Sweep
from crm.models import Document
from crm.models.document import warning_days

BATCH = 500


def tell_expiring(now: datetime) -> int:
    """Write `document_expiring` and `document_expired` for the organisation's day; returns how many were looked at.

    Rows that another worker holds are left to it. What was said, the state and the event commit together.
    """
    today, total = today_here(now), 0
    while True:
        with transaction.atomic():
            rows = list(
                Document.objects.alive()
                .filter(look_on__lte=today)
                .select_related("kind")
                .order_by("look_on", "pk")
                .select_for_update(skip_locked=True, of=("self",))[:BATCH]
            )
            ended, warned = [], []
            for one in rows:
                if one.expires_on is None or one.state not in HERE:
                    continue
                said = word(one.expires_on, one.kind.warn_days if one.kind else warning_days(), one.warned_days, today)
                if said.expired:
                    one.state = EXPIRED
                    ended.append(one)
                elif said.threshold is not None:
                    one.warned_days = said.threshold
                    warned.append(one)
            Document.objects.filter(pk__in=[one.pk for one in ended]).update(
                state=EXPIRED, version=F("version") + 1, updated_at=now
            )
            Document.objects.bulk_update(warned, ["warned_days"])
            arm([one.pk for one in rows])
            tell("document_expiring", warned, by=None, now=now, today=today)
            tell("document_expired", ended, by=None, now=now, today=today)
        total += len(rows)
        if len(rows) < BATCH:
            return total


SWEEP = Sweep(
    "documents",
    "EXISTS (SELECT FROM crm_document WHERE deleted_at IS NULL AND look_on <= (SELECT crm_organisation_day(%(now)s)))",
    tell_expiring,
)
