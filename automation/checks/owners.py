"""Whether somebody is there for what goes to the owner of a contact."""

from __future__ import annotations

from automation.checks.shape import Check
from automation.definition.whole import Definition
from crm.models import Contact

#: Fields whose value says that the owner is meant.
FIELDS = ("whom", "to")
MOST_COUNTED = 1_000


def owners(definition: Definition) -> list[Check]:
    """One line where contacts without an owner could come to a step that needs one; one query at most."""
    step = next((one for one in definition.steps if any(getattr(one, name, "") == "owner" for name in FIELDS)), None)
    if step is None:
        return []
    number = Contact.objects.alive().filter(owner__isnull=True).order_by()[: MOST_COUNTED + 1].count()
    if not number:
        return [Check("owners", "ok", "Every contact has an owner")]
    many = f"More than {MOST_COUNTED:,}" if number > MOST_COUNTED else f"{number:,}"
    said = (
        f"{many} {'contacts have' if number > 1 else 'contact has'} no owner; for them nobody in particular is asked."
    )
    return [Check("owners", "warn", said, step.id)]
