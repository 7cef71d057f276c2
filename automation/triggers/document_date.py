"""Days before a document expires, or after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.spans import Hours
from automation.triggers.date_field import distance
from automation.triggers.documents import WHICH
from automation.triggers.fields import Id
from automation.triggers.timed import ByDate, OnTheirClock, Wanted


class DocumentDate(OnTheirClock):
    """A document that is there and for which no newer one came; the person is in for this document."""

    kind: Literal["document_date"] = "document_date"
    document: Id | None = Field(None, title="Document", description="Empty means any", json_schema_extra=WHICH)
    offset_days: int = Field(
        -90, ge=-3650, le=3650, title="Days after it", description="A minus counts back: -90 is ninety days before"
    )

    title: ClassVar[str] = "A document’s last day"
    icon: ClassVar[str] = "file-text"

    def window(self, since: datetime, until: datetime, week: Hours) -> ByDate | None:
        wanted = tuple(
            Wanted(((one.on - timedelta(days=self.offset_days)).isoformat(),), one)
            for one in self.occasions(since, until, week)
        )
        if not wanted:
            return None
        name = f"expires_on:{self.offset_days}"
        return ByDate("expires_on", wanted, self.at, name, of_documents=True, document_kind=self.document)

    def words(self) -> str:
        return f"{distance(self.offset_days)}it expires"
