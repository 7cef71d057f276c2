"""The versions of an automation, as pages read them."""

from __future__ import annotations

from automation.models import Automation, AutomationVersion


def draft_and_live(automation: Automation) -> tuple[AutomationVersion | None, AutomationVersion | None]:
    """The draft, if somebody is at one, and the version that lets people in, if there is one; one query at most where
    `live` was loaded with the automation."""
    draft = AutomationVersion.objects.filter(automation=automation, published_at__isnull=True).first()
    return draft, automation.live
