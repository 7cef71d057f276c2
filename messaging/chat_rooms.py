"""Rooms of colleagues in Slack or Teams: which notices are told there, and how the rooms are kept."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from crm.models import Membership, Team, User
from messaging.models import ChatHook, ChatService
from messaging.outbox import dumped, one_line

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from messaging.notices import Notice

#: Seconds for which a process remembers the rooms: telling people must not cost a query for rooms that are not there.
REMEMBERED = 15.0
#: What a room may be shown of a notice's facts.
SHOWN = ("url", "lines")
INSIDE = "That is a machine on the inside, where messages are not sent."


class Room(NamedTuple):
    """An active room as it is remembered; without `team` it hears of everybody."""

    pk: int
    service: str
    kinds: frozenset[str]
    team_id: int | None


_rooms: tuple[float, tuple[Room, ...]] | None = None


def forget_rooms() -> None:
    """Read them anew next time."""
    global _rooms
    _rooms = None


def rooms() -> tuple[Room, ...]:
    """The active rooms, at most REMEMBERED seconds old."""
    global _rooms
    if _rooms is None or time.monotonic() - _rooms[0] > REMEMBERED:
        rows = ChatHook.objects.filter(active=True).exclude(kinds=[]).values_list("pk", "service", "kinds", "team_id")
        found = tuple(Room(pk, service, frozenset(kinds), team_id) for pk, service, kinds, team_id in rows)
        _rooms = (time.monotonic(), found)
    return _rooms[1]


def tell_rooms(notices: Sequence[Notice], *, now: datetime) -> int:
    """Put what is told to colleagues into the outbox for the rooms that want it; returns how many are new.

    The same words to several people are one message to a room. Call in the transaction of the notices.
    """
    wanted = [room for room in rooms() if any(one.kind in room.kinds for one in notices)]
    if not wanted:
        return 0
    members = _members({room.team_id for room in wanted if room.team_id})
    rows: dict[tuple[int, str, str, int | None, str], Notice] = {}
    for one in notices:
        for room in wanted:
            if one.kind in room.kinds and (room.team_id is None or one.user_id in members.get(room.team_id, ())):
                rows.setdefault((room.pk, one.kind, one.cause_kind, one.cause_id, one.subject), one)
    return _write([(pk, one) for (pk, *_), one in rows.items()], now)


def _members(team_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    if team_ids:
        for team_id, user_id in Membership.objects.filter(team__in=team_ids).values_list("team_id", "user_id"):
            found.setdefault(team_id, set()).add(user_id)
    return found


def _write(rows: Sequence[tuple[int, Notice]], now: datetime) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        # Only rooms that are still there: what is remembered may be some seconds old.
        cursor.execute(
            """
            INSERT INTO messaging_message (channel, direction, kind, hook_id, "to", subject, data, cause_kind, cause_id,
                dedupe_key, status, reason, expires_at, send_after, claimed_by, attempts, provider, provider_id, created_at)
            SELECT h.service, 'out', i.kind, h.id, left(h.name, 320), i.subject, i.data::jsonb, i.cause_kind, i.cause_id,
                i.key, 'pending', 'The room ' || left(h.name, 200) || ' is told of this kind.', i.expires_at, %(now)s, '',
                0, '', '', %(now)s
            FROM unnest(%(hook)s::bigint[], %(kind)s::text[], %(subject)s::text[], %(data)s::text[],
                %(cause_kind)s::text[], %(cause_id)s::bigint[], %(key)s::text[], %(expires_at)s::timestamptz[])
                AS i(hook_id, kind, subject, data, cause_kind, cause_id, key, expires_at)
            JOIN messaging_chathook h ON h.id = i.hook_id AND h.active
            ON CONFLICT (dedupe_key) DO NOTHING
            """,
            {
                "now": now,
                "hook": [pk for pk, _ in rows],
                "kind": [one.kind for _, one in rows],
                "subject": [one_line(one.subject) for _, one in rows],
                "data": [dumped({name: one.data[name] for name in SHOWN if name in one.data}) for _, one in rows],
                "cause_kind": [one.cause_kind for _, one in rows],
                "cause_id": [one.cause_id for _, one in rows],
                "key": [_key(pk, one) for pk, one in rows],
                "expires_at": [one.expires_at for _, one in rows],
            },
        )
        return int(cursor.rowcount)


def _key(hook_id: int, one: Notice) -> str:
    key = one.dedupe_key
    if len(key) > 160:
        key = sha256(key.encode()).hexdigest()
    return f"{key}:hook:{hook_id}"


# --- Keeping them ------------------------------------------------------------------------------------
class BadRoom(ValueError):
    """A room that cannot be kept; `field` is the form's, the text a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.field = field


def check_address(url: str) -> str:
    """What speaks against an address, as a sentence; empty when nothing does. Asks no machine."""
    if settings.PRIVATE_ADDRESSES:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "That is not an address."
    if parts.scheme != "https" or "." not in host or not host.isascii() or parts.username:
        return "The address must begin with https:// and lead to Slack or Microsoft."
    try:
        return "" if ipaddress.ip_address(host).is_global else INSIDE
    except ValueError:
        return INSIDE if host.endswith((".localhost", ".local", ".internal")) else ""


def all_rooms() -> list[ChatHook]:
    """Every room, by name; one query."""
    return list(ChatHook.objects.select_related("team").order_by("name", "pk"))


def teams_to_choose() -> QuerySet[Team]:
    """The teams that a room may be for."""
    return Team.objects.order_by("name")


def room_of(pk: int) -> ChatHook | None:
    """One room."""
    return ChatHook.objects.filter(pk=pk).select_related("team").first()


@transaction.atomic
def keep_room(
    room: ChatHook | None,
    *,
    name: str,
    service: str,
    url: str,
    kinds: Sequence[str],
    team_id: int | None,
    active: bool,
    by: User,
    now: datetime,
) -> ChatHook:
    """Add a room, or change one; an empty `url` keeps the one it has. Raises BadRoom."""
    if service not in ChatService.values:
        raise BadRoom("service", "Choose Slack or Microsoft Teams.")
    if not name.strip():
        raise BadRoom("name", "Give it a name.")
    if not (url or room):
        raise BadRoom("url", "Paste the address of the incoming webhook.")
    kept = room or ChatHook(created_at=now)
    kept.name, kept.service, kept.team_id, kept.active = name.strip()[:200], service, team_id, active
    kept.kinds = sorted(set(kinds))
    if url:
        kept.url, kept.last_error = url.strip(), ""
    kept.save()
    transaction.on_commit(forget_rooms)
    forget_rooms()
    return kept


def remove_room(room: ChatHook, *, by: User) -> None:
    """Tell it nothing more; what it was told goes with it."""
    room.delete()
    forget_rooms()


def try_room(room: ChatHook, *, by: User, now: datetime) -> None:
    """Send it a word, over the same way as everything else."""
    from messaging.notices import Notice

    words = Notice(
        by.pk,
        "chat_test",
        f"{by.name} is trying out this room",
        {"url": "/settings/chat/", "lines": ["If you can read this, it works."]},
        f"chat_test:{room.pk}:{now.timestamp():.3f}",
    )
    _write([(room.pk, words)], now)
