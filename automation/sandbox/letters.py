"""The mails of a rehearsal, kept for a short while for the frames of the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_urlsafe

from django.core.cache import cache

from automation.sandbox.timeline import Rehearsed

KEPT_SECONDS = 1_800
#: So many mails of one page are kept, each at most so long.
MOST, LONGEST = 60, 300_000


def keep(user_id: int, runs: Sequence[Rehearsed]) -> str:
    """Keep the mails of these runs for this person; returns the name under which they are found."""
    name = token_urlsafe(12)
    mails = [one for run in runs for one in run.messages if one.html][:MOST]
    cache.set_many({_key(user_id, name, one.message_id): one.html[:LONGEST] for one in mails}, KEPT_SECONDS)
    return name


def kept(user_id: int, name: str, message_id: int) -> str | None:
    """A mail; None where it was never kept for this person, or not any more."""
    found: str | None = cache.get(_key(user_id, name, message_id))
    return found


def _key(user_id: int, name: str, message_id: int) -> str:
    return f"automation.rehearsal:{user_id}:{name[:40]}:{message_id}"
