"""Finding the follow-up that an address names, through the door: what one may not see is not there."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404

from crm.models import User
from crm.views.asking import BIGGEST
from crm.zones import zone
from followups.access import followups_for
from followups.models.followup import FollowUpQuerySet
from followups.reading.rows import Row, rows_of


def one(user: User, pk: int) -> FollowUpQuerySet:
    """The set of one for a verb."""
    return followups_for(user).filter(pk=pk)


def row_or_404(user: User, pk: int, now: datetime) -> Row:
    """Read the one follow-up as lists show it."""
    rows = rows_of(one(user, pk), now, zone(user.time_zone)) if pk <= BIGGEST else []
    if not rows:
        raise Http404("There is no such follow-up here.")
    return rows[0]
