"""The type of follow-ups that nobody chose a type for."""

from __future__ import annotations

from followups.models import FollowUpType


def first_type() -> int:
    """A call, or whatever the organisation has put first instead."""
    types = FollowUpType.objects.filter(archived_at__isnull=True)
    found = types.filter(slug="call").first() or types.first()
    return (found or FollowUpType.objects.order_by("pk")[0]).pk
