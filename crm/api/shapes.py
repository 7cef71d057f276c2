"""What the shapes of the API are made of: ids, moments and due times that the database can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from crm.api.problems import invalid

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Field(ge=1, le=200, description="How many, at most")]
Cursor = Annotated[str, Field(max_length=2000, description="`next` of the page before")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="Refuse with 409 unless this is still the version")]

FIRST_YEAR, LAST_YEAR = 1900, 9000


def _utc(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc), Field(description="ISO 8601 with an offset")]


def read_due(value: Any) -> date | datetime:
    """A date ("2026-11-20") or a moment with an offset. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("must be a text: a date, or a date and time with an offset")
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
            return day
        moment = datetime.fromisoformat(value)
    except ValueError as problem:
        raise ValueError(f"is not a date or a time: {problem}") from None
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset, like 2026-11-20T09:00:00+01:00")
    return _utc(moment)


#: A date has no time zone; a time has its offset.
DueAt = Annotated[
    date | datetime,
    PlainValidator(read_due),
    WithJsonSchema(
        {
            "type": "string",
            "anyOf": [{"format": "date"}, {"format": "date-time"}],
            "description": "A date, or a date and time with an offset",
        }
    ),
]


class Body(Schema):
    """A request body: a field that it does not know is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid")


def given(body: Schema) -> dict[str, Any]:
    """The fields that were really sent, without `version`."""
    return body.model_dump(exclude_unset=True, exclude={"version"})


def refuse_null(values: Mapping[str, Any], nullable: Iterable[str]) -> None:
    """Raise 422 where a field that must have a value was sent as null."""
    bad = [name for name, value in values.items() if value is None and name not in set(nullable)]
    if bad:
        raise invalid([(name, "This cannot be null; leave it out to keep it.") for name in bad])


__all__ = ["Body", "Cursor", "DueAt", "Id", "Limit", "Moment", "SkipJsonSchema", "Version", "given", "refuse_null"]
