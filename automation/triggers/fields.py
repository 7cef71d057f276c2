"""What the settings of triggers are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

#: The id of a record.
Id = Annotated[int, Field(ge=1, le=2**62)]
