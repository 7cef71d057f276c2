"""Where a contact that was merged lives on: saved links and other systems' ids still mean the same person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpResponseBase, HttpResponseRedirect

from crm.access import contacts_for
from crm.models import Contact, User
from crm.views.guard import PersonRequest

#: Merges in a row that are followed; nobody merges so often.
STEPS = 50

_WAY = f"""
WITH RECURSIVE way AS (
    SELECT kept_id, 1 AS step FROM crm_merge WHERE gone_id = %s AND undone_at IS NULL
    UNION ALL
    SELECT m.kept_id, step + 1 FROM way JOIN crm_merge m ON m.gone_id = way.kept_id AND m.undone_at IS NULL
    WHERE step < {STEPS}
)
SELECT kept_id FROM way ORDER BY step DESC LIMIT 1
"""


def survivor_of(contact_id: int) -> int | None:
    """The contact that a merged one became, through however many merges; None for one that was not merged."""
    with connection.cursor() as cursor:
        cursor.execute(_WAY, [contact_id])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def seen_survivor(user: User, contact_id: int) -> Contact | None:
    """The same, if this person may see it."""
    found = survivor_of(contact_id) if 0 < contact_id < 2**63 else None
    return contacts_for(user).filter(pk=found).first() if found else None


PageOfContact = Callable[..., HttpResponseBase]


def or_survivor(view: PageOfContact) -> PageOfContact:
    """Lead whoever follows an old link to a merged contact on to the one it became, and say so."""

    @wraps(view)
    def page(request: PersonRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, pk, *args, **kwargs)
        except Http404:
            kept = seen_survivor(request.user, pk) if request.method in ("GET", "HEAD") else None
            if kept is None:
                raise
            messages.info(request, f"That contact was merged; this is {kept.name}.")
            return HttpResponseRedirect(request.get_full_path().replace(f"/contacts/{pk}/", f"/contacts/{kept.pk}/", 1))

    return page
