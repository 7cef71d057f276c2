"""Events over the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body as Sent
from ninja import Router, Schema, Status
from pydantic import Field, PlainValidator, WithJsonSchema

from crm.api.auth import Token, caller
from crm.api.problems import invalid
from crm.outside.reading import LONGEST_KEY, outside_kinds
from crm.outside.receiving import MOST, receive

router = Router(tags=["Events"])

_EVENT: dict[str, Any] = {
    "type": "object",
    "title": "Event",
    "required": ["contact", "kind"],
    "additionalProperties": False,
    "properties": {
        "contact": {
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1, "maxLength": 254}],
            "description": "Our number of the contact, or its e-mail address or external id as text",
        },
        "kind": {
            "type": "string",
            "minLength": 1,
            "maxLength": 57,
            "description": f"{', '.join(outside_kinds())}; or a name of your own, kept as custom.NAME",
        },
        "occurred_at": {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
            "description": "ISO 8601 with an offset; left out: now. Not in the future.",
        },
        "key": {
            "anyOf": [{"type": "string", "maxLength": LONGEST_KEY}, {"type": "integer"}, {"type": "null"}],
            "description": "Yours, unique in the organisation: an event whose key is known is not stored again",
        },
        "amount": {
            "anyOf": [{"type": "number"}, {"type": "string", "maxLength": 40}, {"type": "null"}],
            "description": "Where money moved",
        },
        "currency": {
            "anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}],
            "description": "ISO 4217; left out: that of the organisation",
        },
        "data": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": "Whatever else is worth keeping; `item` is shown on the timeline",
        },
    },
}


def _one_or_many(given: Any) -> list[Any] | dict[str, Any]:
    if isinstance(given, dict):
        return given
    if not isinstance(given, list):
        raise ValueError("Send one event, or a list of them.")
    if not 0 < len(given) <= MOST:
        raise ValueError(f"Send between 1 and {MOST:,} events at once.")
    return given


Events = Annotated[
    Any,
    PlainValidator(_one_or_many),
    WithJsonSchema({"anyOf": [_EVENT, {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": MOST}]}),
]


class RefusalOut(Schema):
    index: int = Field(description="Its place in the list, from 0")
    field: str
    message: str


class ReceivedOut(Schema):
    stored: int
    known: int = Field(description="Their keys were known: nothing was stored again")
    refused: list[RefusalOut]


@router.post("/events", auth=Token("events:write", "events.send"), response={200: ReceivedOut, 201: ReceivedOut})
def create_events(request: HttpRequest, body: Annotated[Events, Sent(...)]) -> Status[dict[str, Any]]:
    """Tell what happened elsewhere: one event, or up to 1,000. 201 when something new was stored, 200 when not.

    Of a list the good ones are stored and each other one is named. An event whose contact is not known is kept for
    an administrator to look at.
    """
    single = isinstance(body, dict)
    result = receive([body] if single else body, by=caller(request), now=timezone.now())
    if single and result.refused:
        raise invalid([(one.field, one.message) for one in result.refused])
    return Status(201 if result.stored else 200, asdict(result))
