"""Keeping each open and click as it comes: raw, unjudged, in one statement. `labelling` says later who it was."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

OPENED, CLICKED = "opened", "clicked"
MOST = 500  # hits kept of one message: somebody who calls an address in a loop fills no disk


@dataclass(frozen=True, slots=True)
class Hit:
    """One call of a pixel or a link. `key` is the provider's name for it, so that it counts once; ours have none.

    `hidden`: the link that only robots can find. `method` is the HTTP one, where it is known.
    """

    message_id: int
    kind: str
    at: datetime
    url: str = ""
    user_agent: str = ""
    ip: str = ""
    key: str = ""
    provider: str = ""
    method: str = ""
    hidden: bool = False


def note(hits: Sequence[Hit], *, now: datetime) -> int:
    """Store the hits of messages that exist; returns how many were new. A hit from the future happened now."""
    if not hits:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "message": [hit.message_id for hit in hits],
                "kind": [hit.kind for hit in hits],
                "at": [min(hit.at, now) for hit in hits],
                "key": [_clean(hit.key, 200) for hit in hits],
                "data": [json.dumps(_data(hit)) for hit in hits],
                "most": MOST,
            },
        )
        return int(cursor.rowcount)


def network_of(ip: str) -> str:
    """The network an address lies in, /24 or /48: enough to tell a scanner, too little to tell a person."""
    try:
        address = ipaddress.ip_address(ip.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _data(hit: Hit) -> dict[str, str | bool]:
    known: dict[str, str | bool] = {
        "url": _clean(hit.url, 4_000),
        "user_agent": _clean(hit.user_agent, 400),
        "network": network_of(hit.ip),
        "provider": hit.provider,
        "method": hit.method,
        "hidden": hit.hidden,
    }
    return {name: value for name, value in known.items() if value}


def _clean(text: str, most: int) -> str:
    return text.replace("\0", "")[:most].encode(errors="replace").decode()


# Joining the messages leaves out those that are gone: no foreign key breaks over an old mail.
_NOTE = """
INSERT INTO messaging_messageevent (message_id, kind, at, detail, actor, rule, key, data)
SELECT hit.message, hit.kind, hit.at, '', '', '', hit.key, hit.data
FROM unnest(%(message)s::bigint[], %(kind)s::text[], %(at)s::timestamptz[], %(key)s::text[], %(data)s::jsonb[])
    AS hit(message, kind, at, key, data)
JOIN messaging_message AS message ON message.id = hit.message
WHERE (SELECT count(*) FROM (
    SELECT FROM messaging_messageevent AS known WHERE known.message_id = hit.message LIMIT %(most)s
) AS few) < %(most)s
ON CONFLICT (key) WHERE NOT (key = '') DO NOTHING
"""
