"""The rule that nobody enters who is in another automation, held between two workers who let the same person into both (D5).

What one has written the other does not see before it is stored. So whoever is let into an automation that keeps clear of
another, or of which another keeps clear, is held until it is.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from automation.models import Automation, AutomationState
from automation.triggers.listening import definitions


def concerned() -> set[int]:
    """The automations that keep clear of others, and those others; one small query."""
    active = Automation.objects.alive().filter(state=AutomationState.ACTIVE, live__isnull=False).order_by()
    found: set[int] = set()
    for automation_id, definition in definitions(active.values_list("live_id", flat=True)).values():
        if others := definition.rules.not_while_in:
            found.update(others, [automation_id])
    return found


def hold(contact_ids: Collection[int]) -> None:
    """Keep others from letting these people in until this transaction ends; always in the order of ids."""
    if not contact_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM crm_contact WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE) held",
            [sorted(contact_ids)],
        )
