"""The list of talks: who waits for us, all of them, and what strangers wrote; pages by key, one query each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef

from crm.models import Role
from crm.reading.paging import Page, Sort, page_of
from messaging.access import strangers_for, threads_for
from messaging.inbox.words import CHANNEL_ICONS
from messaging.models import Message, MessageChannel, MessageStatus

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.thread import ThreadQuerySet

SIZE = 30
#: Longer than this, and waiting is shown as too long.
TOO_LONG = timedelta(hours=24)
#: Written by a colleague and not yet gone: the talk no longer waits for us, unless it fails.
ON_ITS_WAY = [MessageStatus.PENDING, MessageStatus.SCHEDULED, MessageStatus.SENDING]

TABS = {"waiting": "Waiting for us", "all": "All", "unknown": "Unknown senders"}
LONGEST_WAIT = Sort("waiting", ("waiting_since",))
NEWEST = Sort("newest", ("last_at",), descending=True)
LATEST = Sort("strangers", ("id",), descending=True)

_COLUMNS = (
    "contact_id", "last_at", "waiting_since", "last_channel", "last_direction", "snippet", "contact__first_name",
    "contact__last_name", "contact__organisation", "contact__email", "contact__phone", "contact__external_id",
    "contact__owner_id", "contact__owner__full_name", "contact__owner__email",
)  # fmt: skip
_STRANGER = ("channel", "sender", "subject", "created_at", "body__new_text", "body__text", "data", "kind")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a tab. `rows` are dictionaries ready to draw."""

    tab: str
    rows: list[dict[str, Any]]
    earlier: str
    later: str


def listing(user: User, tab: str, now: datetime, *, after: str = "", before: str = "") -> Listing:
    """One page of the tab, through the door."""
    if tab == "unknown":
        rows = strangers_for(user).filter(status=MessageStatus.DELIVERED)
        page = _page(rows, LATEST, _STRANGER, after, before)
        return Listing(tab, [_stranger(row) for row in page.rows], page.earlier, page.later)
    talks = threads_for(user)
    if tab == "waiting":
        page = _page(waiting(talks), LONGEST_WAIT, _COLUMNS, after, before)
    else:
        page = _page(talks, NEWEST, _COLUMNS, after, before)
    return Listing(tab, [_talk(row, now) for row in page.rows], page.earlier, page.later)


def _page(rows: Any, sort: Sort, columns: tuple[str, ...], after: str, before: str) -> Page:
    if rows.model is not Message:
        rows = rows.annotate(id=F("contact_id"))
    return page_of(rows, sort, columns, after=after, before=before, size=SIZE)


def waiting(talks: ThreadQuerySet) -> ThreadQuerySet:
    """Those in which somebody wrote and no answer of a colleague is on its way."""
    answer = Message.objects.filter(
        contact=OuterRef("contact_id"),
        direction="out",
        author__isnull=False,
        status__in=ON_ITS_WAY,
        created_at__gte=OuterRef("waiting_since"),
    )
    return talks.filter(~Exists(answer), waiting_since__isnull=False)


def _talk(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    full = f"{row['contact__first_name']} {row['contact__last_name']}".strip()
    row["name"] = (
        full
        or row["contact__organisation"]
        or row["contact__email"]
        or row["contact__phone"]
        or f"Contact {row['contact__external_id'] or row['contact_id']}"
    )
    row["owner"] = row["contact__owner__full_name"] or (row["contact__owner__email"] or "").split("@")[0]
    row["icon"] = CHANNEL_ICONS.get(row["last_channel"], "mail")
    row["channel"] = MessageChannel(row["last_channel"]).label if row["last_channel"] in MessageChannel.values else ""
    row["at"] = row["last_at"]
    if since := row["waiting_since"]:
        row["waits"] = roughly(now - since)
        row["late"] = now - since > TOO_LONG
    return row


def _stranger(row: dict[str, Any]) -> dict[str, Any]:
    row["name"] = row["data"].get("sender_name") or row["sender"] or "Somebody"
    row["icon"] = CHANNEL_ICONS.get(row["channel"], "mail")
    row["at"] = row["created_at"]
    words = row["body__new_text"] or row["body__text"] or ""
    row["snippet"] = " ".join([row["subject"], words]).strip()[:200]
    return row


def holds_strangers(user: User) -> bool:
    """Whether this person sees what unknown senders wrote."""
    return user.role != Role.AGENT


def roughly(length: timedelta) -> str:
    """A length of time as it is told in passing: 12 min, 5 h, 3 days."""
    seconds = max(0.0, length.total_seconds())
    if seconds < 3600:
        return f"{max(1, int(seconds // 60))} min"
    return f"{int(seconds // 3600)} h" if seconds < 48 * 3600 else f"{int(seconds // 86_400)} days"
