"""The records that messages come from where their cause is only a part of one: an automation has many rounds.

The floor above makes known which causes belong to a record of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

#: Where a message keeps which automation and which step of it wrote it: {"id": 3, "step": "s1"}.
AUTOMATION = "automation"
#: What caused such a message: one round of one person.
ROUND = "enrollment"


@dataclass(frozen=True, slots=True)
class Origin:
    """`causes` are the ids of the causes of one kind that belong to the record with an id."""

    cause_kind: str
    causes: Callable[[int], QuerySet[Any, Any]]


_origins: dict[str, Origin] = {}


def register_origin(name: str, origin: Origin) -> None:
    """Make known whose causes those are; called once at start-up."""
    _origins[name] = origin


def come_from(name: str, pk: int) -> Q:
    """The messages that come from the record."""
    origin = _origins.get(name)
    if origin is None:
        return Q(cause_kind=name, cause_id=pk)
    return Q(cause_kind=origin.cause_kind, cause_id__in=origin.causes(pk))
