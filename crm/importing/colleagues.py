"""Who a file means by a name or an address: the colleagues who can own records."""

from __future__ import annotations

from crm.importing.words import plain
from crm.people import can_own


def owners() -> dict[str, int]:
    """Who can own records, by address and by name in plain form; a name that two people have is nobody's."""
    found: dict[str, int] = {}
    double: set[str] = set()
    for user in can_own().order_by("-is_active", "pk"):
        for name in {user.email.casefold(), plain(user.full_name)} - {""}:
            if name in found:
                double.add(name)
            found.setdefault(name, user.pk)
    return {name: pk for name, pk in found.items() if name not in double}


def owner_of(text: str, known: dict[str, int]) -> int | None:
    """The colleague of that address or name."""
    return known.get(text.strip().casefold()) or known.get(plain(text))
