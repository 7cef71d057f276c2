"""Finding the partner of an address."""

from __future__ import annotations

from django.http import Http404

from crm.access import partners_for
from crm.models import Partner, User
from crm.views.asking import BIGGEST


def partner_or_404(user: User, pk: int) -> Partner:
    """The partner, if there is one. Raises Http404."""
    found = partners_for(user).select_related("owner").filter(pk=pk).first() if 0 < pk <= BIGGEST else None
    if found is None:
        raise Http404("There is no such partner here.")
    return found
