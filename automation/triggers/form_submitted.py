"""A form was sent."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Trigger


class FormSubmitted(Trigger):
    """Any form, or the one of that name."""

    kind: Literal["form_submitted"] = "form_submitted"
    form: str = Field("", max_length=200)

    title: ClassVar[str] = "Form submitted"
    icon: ClassVar[str] = "clipboard-check"
    group: ClassVar[str] = "outside"

    def kinds(self) -> frozenset[str]:
        return frozenset({"form_submitted"})

    def matches(self, event: Seen) -> bool:
        if event.kind != "form_submitted":
            return False
        return not self.form or any(str(event.data.get(name, "")) == self.form for name in ("form", "name", "item"))

    def words(self) -> str:
        return self.form or "any form"
