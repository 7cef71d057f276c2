"""The bell: what a colleague was told in the app, and how much of it is unread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from messaging.kinds import described
from messaging.live_updates import publish
from messaging.models import Message, MessageChannel, MessageStatus
from messaging.unread import unread_counts

if TYPE_CHECKING:
    from crm.models import User


def unread_count(user: User) -> int:
    """How many notices one person has not read, up to MOST."""
    return unread_counts([user.pk])[user.pk]


@dataclass(frozen=True, slots=True)
class Notices:
    """One page of the bell. `older` is the id to go on from, None at the end."""

    rows: list[dict[str, Any]]
    older: int | None


def notices_of(user: User, *, before: int | None = None, show: int = 30) -> Notices:
    """What the person was told in the app, newest first; one query."""
    told = Message.objects.bell_of(user).filter(status__in=[MessageStatus.DELIVERED, MessageStatus.READ])
    if before is not None:
        told = told.filter(pk__lt=before)
    found = told.values("id", "kind", "subject", "data", "created_at", "delivered_at", "read_at")[: show + 1]
    rows = [{**row, "about": described(row["kind"]), "url": row["data"].get("url", "")} for row in found]
    return Notices(rows[:show], rows[show - 1]["id"] if len(rows) > show else None)


def mark_read(user: User, ids: Iterable[int] | None, *, now: datetime) -> int:
    """Mark the person's notices read, all of them for None; returns how many were not."""
    unread = Message.objects.filter(
        user=user, channel=MessageChannel.IN_APP, status=MessageStatus.DELIVERED, read_at__isnull=True
    )
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    count = unread.update(status=MessageStatus.READ, read_at=now)
    if count:
        publish([user.pk], "read", {"unread": unread_count(user)})
    return count


def address_of(user: User, pk: int) -> str:
    """The page that a notice of the person's is about; empty when there is none."""
    data = Message.objects.bell_of(user).filter(pk=pk).values_list("data", flat=True).first()
    url = (data or {}).get("url", "")
    return url if url.startswith("/") and not url.startswith("//") else ""
