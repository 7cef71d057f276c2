"""A document was asked for, came, or runs out."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.events import Seen
from automation.triggers.fields import Id
from automation.triggers.shape import Trigger

WHICH: dict[str, JsonValue] = {"control": "document_kind"}


class _OfDocument(Trigger):
    document: Id | None = Field(None, title="Document", description="Empty means any", json_schema_extra=WHICH)

    group: ClassVar[str] = "record"

    def kinds(self) -> frozenset[str]:
        return frozenset({self.kind})

    def matches(self, event: Seen) -> bool:
        return event.kind == self.kind and self.document in (None, event.data.get("kind_id"))


class DocumentRequested(_OfDocument):
    """It is on their checklist."""

    kind: Literal["document_requested"] = "document_requested"

    title: ClassVar[str] = "Document asked for"
    icon: ClassVar[str] = "file-search"


class DocumentReceived(_OfDocument):
    """It came, and is to be looked at."""

    kind: Literal["document_received"] = "document_received"

    title: ClassVar[str] = "Document received"
    icon: ClassVar[str] = "file-text"


class DocumentExpiring(_OfDocument):
    """On each day on which its kind warns: 180, 90 and 30 days before, if nobody chose others."""

    kind: Literal["document_expiring"] = "document_expiring"

    title: ClassVar[str] = "Document about to expire"
    icon: ClassVar[str] = "hourglass"
