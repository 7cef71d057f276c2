"""They have not answered for so long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.spans import Hours, span_words
from automation.triggers.fields import Id
from automation.triggers.timed import Timed, Unanswered


class NotRepliedWithin(Timed):
    """So many days after a message of ours left, unless a person of theirs has written or spoken since; counted from the
    last message, or from the last one of a template."""

    kind: Literal["not_replied_within"] = "not_replied_within"
    days: int = Field(3, ge=1, le=365, title="Days")
    template: Id | None = Field(
        None, title="After the message", description="Made from this template; empty means any",
        json_schema_extra={"control": "template", "channel": ""},
    )  # fmt: skip

    title: ClassVar[str] = "No reply"
    icon: ClassVar[str] = "hourglass"
    group: ClassVar[str] = "message"

    def window(self, since: datetime, until: datetime, week: Hours) -> Unanswered:
        span = timedelta(days=self.days)
        return Unanswered(since - span, until - span, self.days, self.template)

    def words(self) -> str:
        return f"within {span_words(self.days, 'days')}"
