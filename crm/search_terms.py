"""Words that somebody typed, as a condition on records: every word is the beginning of one of theirs."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.expressions import RawSQL


def contacts_matching(text: str) -> Q:
    """Contacts that hold all the words; text without a word matches nothing."""
    found = RawSQL(
        "SELECT object_id FROM crm_searchentry WHERE kind = 'contact' AND terms @@ crm_prefix_query(%s)", [text]
    )
    return Q(pk__in=found)
