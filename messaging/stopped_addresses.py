"""The list of addresses that are not written to, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from crm.models import User
from messaging.models import MessageChannel, Suppression, SuppressionReason
from messaging.suppressing import normal_address

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = 50
#: A person says these themselves; the others come from what became of messages.
OF_THE_OWNER = frozenset({SuppressionReason.OPT_OUT, SuppressionReason.COMPLAINT})


def suppressions_for(user: User) -> QuerySet[Suppression]:
    """Every stop that this person may see and lift."""
    return Suppression.objects.all() if user.can("suppressions.manage") else Suppression.objects.none()


@dataclass(frozen=True, slots=True)
class StopPage:
    """One page, newest first; `older` is the id to go on from."""

    rows: list[Suppression]
    older: int | None


def page_of_stops(stops: QuerySet[Suppression], given: Mapping[str, str]) -> StopPage:
    """Fifty stops in force (or lifted ones, with `lifted`), by address, channel or reason; one query."""
    found = stops.filter(lifted_at__isnull=not given.get("lifted"))
    if query := given.get("q", "").replace("\0", "").strip()[:320]:
        forms = {normal_address(channel, query) for channel in (MessageChannel.EMAIL, MessageChannel.SMS)}
        found = found.filter(Q(address__in=forms) | Q(address__icontains=query))
    if given.get("channel") in MessageChannel.values:
        found = found.filter(channel=given["channel"])
    if given.get("reason") in SuppressionReason.values:
        found = found.filter(reason=given["reason"])
    before = given.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found.select_related("created_by", "lifted_by").order_by("-pk")[: PAGE + 1])
    return StopPage(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)
