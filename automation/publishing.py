"""Making automations and switching them on: drafts, published versions, and which one lets people in (D6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from automation.compiling import kinds_of
from automation.definition.whole import Definition
from automation.models import Automation, AutomationKind, AutomationState, AutomationVersion

if TYPE_CHECKING:
    from crm.models import User


def create(
    *, name: str, definition: dict[str, Any], by: User | None, now: datetime, kind: str = AutomationKind.WORKFLOW
) -> Automation:
    """A new automation with its first draft."""
    with transaction.atomic():
        made = Automation.objects.create(name=name, kind=kind, created_by=by, created_at=now, updated_at=now)
        AutomationVersion.objects.create(
            automation=made, number=1, definition=definition, created_by=by, created_at=now, updated_at=now
        )
    return made


def publish(automation: Automation, *, by: User | None, now: datetime) -> AutomationVersion:
    """Make the draft the version that lets people in, and switch the automation on."""
    with transaction.atomic():
        draft = AutomationVersion.objects.select_for_update().get(automation=automation, published_at__isnull=True)
        triggers, awaited = kinds_of(Definition.model_validate(draft.definition))
        AutomationVersion.objects.filter(pk=draft.pk).update(
            published_at=now,
            published_by=by,
            trigger_kinds=triggers,
            awaited_kinds=awaited,
            in_use=True,
            updated_at=now,
        )
        Automation.objects.filter(pk=automation.pk).update(
            live=draft, state=AutomationState.ACTIVE, activated_at=now, updated_at=now, version=F("version") + 1
        )
    return draft
