"""Finding the deal that an address names, through the door, and saying what became of it."""

from __future__ import annotations

from django.http import Http404

from crm.access import deals_for
from crm.models import Deal, User
from crm.views.asking import BIGGEST


def deal_or_404(user: User, pk: int) -> Deal:
    """The deal, if this person may see it; else it is not there."""
    rows = deals_for(user).select_related("contact", "partner", "stage", "pipeline", "product", "owner", "close_reason")
    found = rows.filter(pk=pk).first() if 0 < pk <= BIGGEST else None
    if found is None:
        raise Http404("There is no such deal here.")
    return found


def version_in(text: str) -> int | None:
    """The version that a form was made for; None where it names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
