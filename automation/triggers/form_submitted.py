"""A form was sent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Told, Trigger

NAMES = ("form", "name", "item")


class FormSubmitted(Trigger):
    """Any form, or the one of that name."""

    kind: Literal["form_submitted"] = "form_submitted"
    form: str = Field("", max_length=200, title="Form", description="Its name; empty means any")

    title: ClassVar[str] = "Form submitted"
    icon: ClassVar[str] = "clipboard-check"
    group: ClassVar[str] = "outside"

    def kinds(self) -> frozenset[str]:
        return frozenset({"form_submitted"})

    def key(self) -> Hashable | None:
        return self.form.casefold() or None

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return [str(value).casefold() for name in NAMES if (value := event.data.get(name)) not in (None, "")]

    def matches(self, event: Seen) -> bool:
        return event.kind == "form_submitted" and (not self.form or self.form.casefold() in self.keys(event))

    def words(self) -> str:
        return self.form or "any form"
