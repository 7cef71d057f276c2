"""What a merge of contacts does with the talk and the wishes of both: the talk is one, the stricter wish holds (A14)."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from crm.merging.relations import register_copied

# The newest word of either is the last; whoever of the two waits for an answer still does.
_ONE_TALK = """
UPDATE messaging_thread k SET
    last_channel = CASE WHEN g.last_at > k.last_at THEN g.last_channel ELSE k.last_channel END,
    last_direction = CASE WHEN g.last_at > k.last_at THEN g.last_direction ELSE k.last_direction END,
    snippet = CASE WHEN g.last_at > k.last_at THEN g.snippet ELSE k.snippet END,
    last_at = greatest(k.last_at, g.last_at),
    last_out_at = greatest(k.last_out_at, g.last_out_at),
    last_reply_at = greatest(k.last_reply_at, g.last_reply_at),
    whatsapp_in_at = greatest(k.whatsapp_in_at, g.whatsapp_in_at),
    waiting_since = least(k.waiting_since, g.waiting_since)
FROM messaging_thread g WHERE k.contact_id = %s AND g.contact_id = %s
"""

# The longer quiet counts, counted around midnight; weekends and tracking need both; away until the later day.
_LENGTH = "((extract(epoch FROM {0}.quiet_to - {0}.quiet_from)::int + 86400) %% 86400)"
_THEIRS = (
    f"(k.quiet_from IS NULL OR k.quiet_to IS NULL OR (g.quiet_from IS NOT NULL AND g.quiet_to IS NOT NULL"
    f" AND {_LENGTH.format('g')} > {_LENGTH.format('k')}))"
)
_STRICTER = f"""
UPDATE messaging_contactpreference k SET
    quiet_from = CASE WHEN {_THEIRS} THEN g.quiet_from ELSE k.quiet_from END,
    quiet_to = CASE WHEN {_THEIRS} THEN g.quiet_to ELSE k.quiet_to END,
    weekends = CASE WHEN k.weekends IS NULL THEN g.weekends WHEN g.weekends IS NULL THEN k.weekends
        ELSE k.weekends AND g.weekends END,
    tracking = k.tracking AND g.tracking,
    away_message_id = CASE WHEN g.away_until > k.away_until OR k.away_until IS NULL THEN g.away_message_id
        ELSE k.away_message_id END,
    away_until = greatest(k.away_until, g.away_until),
    updated_at = greatest(k.updated_at, g.updated_at)
FROM messaging_contactpreference g WHERE k.contact_id = %s AND g.contact_id = %s
"""


def register() -> None:
    """Say how the two rows a contact has once are made one; called once at start-up."""
    register_copied("messaging.Thread", _one_talk)
    register_copied("messaging.ContactPreference", _stricter_wish)


def _one_talk(cursor: CursorWrapper, kept: int, gone: int) -> None:
    cursor.execute(_ONE_TALK, [kept, gone])


def _stricter_wish(cursor: CursorWrapper, kept: int, gone: int) -> None:
    cursor.execute(_STRICTER, [kept, gone])
