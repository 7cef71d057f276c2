"""How calls are signed: the scheme of Standard Webhooks (standardwebhooks.com, specification 1.0.0), pure.

HMAC-SHA256 over the call's id, the time stamp and the body with dots between them; while a secret is being changed one
signature by each, so that the receiver may know either.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

#: A secret as people paste it: this, and the key in base64.
PREFIX = "whsec_"
#: Bytes of a new key; the specification asks for 24 to 64.
KEY_BYTES = 32


def call_id(pk: int, created_at: datetime) -> str:
    """The id by which a receiver knows a call that comes twice: the same for every attempt, and for no other call, also
    where a backup was restored and numbers are given out again."""
    return f"call_{pk}_{int(created_at.timestamp() * 1000):x}"


def body_of(facts: dict[str, Any]) -> bytes:
    """The very bytes that are signed and sent: the same for the same facts."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_headers(name: str, at: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The three headers of the scheme. `at` is when this attempt leaves."""
    stamp = str(int(at.timestamp()))
    content = b".".join((name.encode(), stamp.encode(), body))
    signatures = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def shown(key: bytes) -> str:
    """A key as people copy it."""
    return PREFIX + base64.b64encode(key).decode()
