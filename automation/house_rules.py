"""Automations from the library take the place of rules of the house that would do the same work twice (D9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from automation.library.registry import ENTRIES
from automation.models import Automation, AutomationState
from followups import house_rules

#: Any number that no other advisory lock of this application uses.
LOCK = 20_261_123


def give_way(automation_ids: Iterable[int], *, now: datetime) -> None:
    """Let the rules rest whose work an active automation does, and bring back those that none does any more. Call inside
    the transaction that switches these automations."""
    slugs = set(Automation.objects.filter(pk__in=list(automation_ids)).values_list("library", flat=True))
    names = {name for slug in slugs if slug in ENTRIES for name in ENTRIES[slug].replaces}
    if not names:
        return
    with connection.cursor() as cursor:  # two that are switched at once must each see what became of the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    like = [slug for slug, entry in ENTRIES.items() if names.intersection(entry.replaces)]
    active = Automation.objects.alive().filter(state=AutomationState.ACTIVE, library__in=like).order_by("pk")
    reasons: dict[str, str] = {}
    for slug, called in active.values_list("library", "name"):
        for name in names.intersection(ENTRIES[slug].replaces):
            reasons.setdefault(name, f"The automation “{called}” does this.")
    house_rules.put_away(reasons, now=now)
    house_rules.bring_back(names - reasons.keys())


def replaced_by(slug: str) -> list[str]:
    """What the house leaves to an automation of that entry while it is active, in words."""
    entry = ENTRIES.get(slug)
    return [house_rules.RULES[name] for name in entry.replaces] if entry else []
