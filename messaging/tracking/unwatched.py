"""Who does not want it noted that they open mails and follow links."""

from __future__ import annotations

from collections.abc import Sequence

from messaging.models import ContactPreference


def unwatched_among(contact_ids: Sequence[int]) -> set[int]:
    """Those of the contacts who said so, in one query."""
    said = ContactPreference.objects.filter(pk__in=contact_ids, tracking=False)
    return set(said.values_list("pk", flat=True))
