"""A contact came."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Trigger


class ContactCreated(Trigger):
    """Typed in, sent by another system, or found in a mail. Those of a file only if asked: an old list of clients must not
    be welcomed by mistake."""

    kind: Literal["contact_created"] = "contact_created"
    source: str = Field(
        "", max_length=200, title="Source", description="Only those who came from there; empty means any"
    )
    imported: bool = Field(False, title="Also those of an import", description="Each row that makes a new contact")

    title: ClassVar[str] = "Contact created"
    icon: ClassVar[str] = "user-round-plus"

    def kinds(self) -> frozenset[str]:
        return frozenset({"contact_created", "contact_imported"} if self.imported else {"contact_created"})

    def matches(self, event: Seen) -> bool:
        wanted = self.source.casefold()
        return event.kind in self.kinds() and (not wanted or str(event.data.get("source", "")).casefold() == wanted)

    def words(self) -> str:
        said = (f"from {self.source}" if self.source else "", "imports too" if self.imported else "")
        return ", ".join(one for one in said if one)
