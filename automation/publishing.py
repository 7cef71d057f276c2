"""Making automations and making a version the one that lets people in (D6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from automation.braking import count_anew
from automation.clocks import set_clocks
from automation.compiling import kinds_of
from automation.definition.checking import check
from automation.definition.reading import BadDefinition, read_definition
from automation.drafts import edit, seen_of
from automation.house_rules import give_way
from automation.models import Automation, AutomationKind, AutomationState, AutomationVersion, DraftChange
from automation.switching import release

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


def publish(
    automation: Automation,
    *,
    by: User | None,
    now: datetime,
    forecast: int | None = None,
    brake: int | None = None,
) -> AutomationVersion:
    """Make the draft the version that lets people in, and switch the automation on. Those inside stay in the version that
    they are in, and go on if the automation was paused. Raises BadDefinition for a draft that can never work; whether it
    is wise is for `activating.py`. Raises AutomationVersion.DoesNotExist without a draft."""
    with transaction.atomic():
        Automation.objects.select_for_update(no_key=True).get(pk=automation.pk)
        draft = AutomationVersion.objects.select_for_update().get(automation=automation, published_at__isnull=True)
        definition = read_definition(draft.definition)
        if broken := check(definition).broken:
            raise BadDefinition(broken)
        triggers, awaited = kinds_of(definition)
        AutomationVersion.objects.filter(pk=draft.pk).update(
            published_at=now,
            published_by=by,
            trigger_kinds=triggers,
            awaited_kinds=awaited,
            in_use=True,
            updated_at=now,
        )
        DraftChange.objects.filter(automation_version=draft).delete()  # it never changes again
        Automation.objects.filter(pk=automation.pk).update(
            live=draft,
            state=AutomationState.ACTIVE,
            pause_reason="",
            forecast=forecast,
            brake=brake,
            activated_at=now,
            updated_at=now,
            version=F("version") + 1,
        )
        count_anew([automation.pk], now=now)
        release([automation.pk], now=now)
        set_clocks([automation.pk], now)
        give_way([automation.pk], now=now)
    return draft


def go_back(automation: Automation, old: AutomationVersion, *, by: User | None, now: datetime) -> AutomationVersion:
    """Make the draft what an old version was, whatever was in it: that can be taken back like any change of the draft. It
    is published anew, so that nobody inside is lost."""
    seen = AutomationVersion.objects.filter(automation=automation, published_at__isnull=True).first() or automation.live
    done = edit(
        automation,
        lambda _: dict(old.definition),
        seen=seen_of(seen),
        said=f"Went back to version {old.number}",
        by=by,
        now=now,
    )
    return done.draft
