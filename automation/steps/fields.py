"""What the settings of steps are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

#: What a form needs to know of a field.
Extra = dict[str, JsonValue]

#: The id of a record.
Id = Annotated[int, Field(ge=1, le=2**62)]
