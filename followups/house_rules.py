"""What the house does by itself, and which of it rests because something else does the work.

A rule that rests makes nothing new; what it has made goes on. Each of the modules named here asks once for a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from followups.models import RestingRule

CLIENT_SETS, INVOICE_SETS, RENEWALS = "client_sets", "invoice_sets", "renewals"
CHECK_INS, SPEED_TO_LEAD = "check_ins", "speed_to_lead"

#: The rules, each in the words in which pages speak of it.
RULES: dict[str, str] = {
    CLIENT_SETS: "Follow-up sets for new clients",  # followups/occasions.py
    INVOICE_SETS: "Follow-up sets for invoices",  # followups/occasions.py
    RENEWALS: "Follow-ups about documents that expire",  # followups/renewals.py
    CHECK_INS: "Nightly check-ins",  # followups/checkins.py
    SPEED_TO_LEAD: "First contact of new leads",  # followups/speed_to_lead.py
}


def resting() -> dict[str, str]:
    """The rules that rest, each with the reason; one query over at most as many rows as there are rules."""
    return dict(RestingRule.objects.values_list("name", "because"))


def resting_in_words(names: Iterable[str] = tuple(RULES)) -> list[tuple[str, str]]:
    """What rests of these rules and why, for pages."""
    reasons = resting()
    return [(RULES[name], reasons[name]) for name in names if name in reasons]


def rests(name: str) -> bool:
    """Whether the rule rests; one query."""
    return name in resting()


def put_away(reasons: Mapping[str, str], *, now: datetime) -> None:
    """Let rules rest, each for its reason; one that rests already has the new reason. Raises KeyError for an unknown name."""
    RestingRule.objects.bulk_create(
        [RestingRule(name=_known(name), because=because[:300], since=now) for name, because in sorted(reasons.items())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["because"],
    )


def bring_back(names: Iterable[str]) -> None:
    """Let rules work again. Raises KeyError for an unknown name."""
    RestingRule.objects.filter(name__in=[_known(name) for name in names]).delete()


def _known(name: str) -> str:
    RULES[name]
    return name
