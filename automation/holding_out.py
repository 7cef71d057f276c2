"""Who is held out, to compare with: the same person always, in the same automation. Pure."""

from __future__ import annotations

from hashlib import sha256


def share_of(*parts: object) -> float:
    """A number from 0 up to 1 that depends on the parts alone, evenly spread."""
    digest = sha256(":".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def is_held_out(automation_id: int, contact_id: int, percent: int) -> bool:
    """Whether this person stays out of this automation, for the comparison."""
    return percent > 0 and share_of("hold-out", automation_id, contact_id) * 100 < percent
