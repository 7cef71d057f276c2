"""Days away: nobody is given work or climbs an escalation then."""

from __future__ import annotations

from datetime import date, timedelta

from crm.models import Absence, User

#: Longer than this is a slip of the keyboard.
LONGEST = timedelta(days=730)


class BadAbsence(ValueError):
    """Days that make no sense; the text is a sentence."""


def add_absence(user: User, *, starts_on: date, ends_on: date, note: str = "") -> Absence:
    """Note days away, both included. Raises BadAbsence."""
    if ends_on < starts_on:
        raise BadAbsence("The last day comes before the first.")
    if ends_on - starts_on > LONGEST:
        raise BadAbsence("That is more than two years. Close the account instead.")
    return Absence.objects.create(
        user=user, starts_on=starts_on, ends_on=ends_on, note=note.replace("\x00", "").strip()[:200]
    )


def remove_absence(user: User, absence_id: int) -> int:
    """Take days away back; returns how many rows went."""
    return Absence.objects.filter(user=user, pk=absence_id).delete()[0]
