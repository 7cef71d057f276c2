"""Set a field of the contact."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect
from automation.engine.effects import SetField as Setting
from automation.steps.acting import Acting
from automation.steps.shape import Case


class SetField(Acting):
    """A value that the field cannot hold parks the person with the reason; nothing is stored then."""

    kind: Literal["set_field"] = "set_field"
    field: str = Field(
        "", max_length=100, title="Field",
        json_schema_extra={"control": "contact_field", "needed": "Choose the field."},
    )  # fmt: skip
    value: str = Field(
        "", max_length=1000, title="Value",
        description="Empty clears it. In a date field “today” and “today + 30” count on their own calendar",
    )  # fmt: skip

    title: ClassVar[str] = "Set a field"
    icon: ClassVar[str] = "pencil"

    def words(self) -> str:
        name = self.field.removeprefix("custom.").replace("_", " ").replace("-", " ")
        return f"{name}: {self.value or 'empty'}" if name else ""

    def effect(self, case: Case) -> Effect:
        return Setting(self.field, self.value)
