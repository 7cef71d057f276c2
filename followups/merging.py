"""What a merge of contacts asks of this floor: follow-ups that changed hands are found by those who see them now."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from crm.merging.relations import register_then


def register() -> None:
    """Make it known; called once at start-up."""
    register_then("followups_followup", _find_again)


def _find_again(cursor: CursorWrapper, keys: list[int]) -> None:
    cursor.execute("SELECT followups_search(%s::bigint[])", [keys])
