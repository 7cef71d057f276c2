"""What a person may ask: nothing of records that their role does not show, for a count tells of them too."""

from __future__ import annotations

from crm.conditions.language import BadCondition
from crm.conditions.tree import Condition, Some, leaves
from crm.event_kinds import kind_of
from crm.models import User

#: Records, as conditions and as the groups of events call them -> the right to see them.
RIGHTS = {
    "audience": "audiences.view",
    "deals": "deals.view",
    "deal": "deals.view",
    "documents": "documents.view",
    "document": "documents.view",
    "invoices": "invoices.view",
    "invoice": "invoices.view",
    "partners": "partners.view",
    "partner": "partners.view",
    "followups": "followups.view",
    "followup": "followups.view",
    "messages": "messages.view",
    "message": "messages.view",
}


def refuse_unseen(condition: Condition, user: User) -> None:
    """Raise BadCondition where it asks about records that the user's role does not show."""
    hidden = {name for name, right in RIGHTS.items() if not user.can(right)}
    if not hidden:
        return
    for leaf in leaves(condition.root):
        asked = leaf.subject.name if isinstance(leaf, Some) else leaf.field.name
        if asked in hidden or (isinstance(leaf, Some) and asked == "events" and not _names_seen(leaf, hidden)):
            what = leaf.subject.some if isinstance(leaf, Some) else leaf.field.label
            raise BadCondition([("", f"Your role does not let you ask about {what}.")])


def _names_seen(events: Some, hidden: set[str]) -> bool:
    """Whether only kinds of events are asked for that the role shows."""
    return any(
        test.field.name == "kind"
        and test.op in ("equals", "in")
        and not hidden.intersection(
            kind_of(name).group for name in (test.value if isinstance(test.value, tuple) else (test.value,))
        )
        for test in events.where
    )
