"""Anything about a contact changed."""

from __future__ import annotations

from typing import ClassVar, Literal

from automation.engine.events import Seen
from automation.triggers.changes import KINDS, changes_of
from automation.triggers.shape import Trigger


class ContactUpdated(Trigger):
    """A field, an own field, the owner or the lifecycle; once for all that is changed together."""

    kind: Literal["contact_updated"] = "contact_updated"

    title: ClassVar[str] = "Contact updated"
    icon: ClassVar[str] = "pencil"

    def kinds(self) -> frozenset[str]:
        return KINDS

    def matches(self, event: Seen) -> bool:
        return bool(changes_of(event))
