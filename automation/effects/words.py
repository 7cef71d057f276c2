"""The words of a step for a colleague, their merge fields filled for each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from automation.effects.about import about, asked_in
from automation.effects.shape import Order
from messaging.templating.fields import BadWords, CannotFill, fill, parse
from messaging.templating.values import OF_RECORD, WORDS, Values, read_facts


def data_for(one: Order, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a message of an automation keeps for its merge fields: what the trigger knew, and what is so of the record."""
    return {name: value for name, value in ((WORDS, dict(one.words)), (OF_RECORD, dict(facts))) if value}


def values_of(orders: Sequence[Order], texts: Sequence[str], *, now: datetime) -> dict[int, Values]:
    """The values of the fields in the texts, by enrollment, in a fixed number of queries."""
    records = about(orders, asked_in(texts))
    people = read_facts({one.contact_id for one in orders}, [], now=now)
    return {
        one.enrollment_id: people.values(one.contact_id, None, data_for(one, records[one.enrollment_id]))
        for one in orders
    }


def filled(text: str, values: Values) -> str:
    """The text with its fields filled; one that is empty leaves nothing. What is no field stays as it was written."""
    try:
        return fill(parse(text), values, otherwise=lambda name: "").strip()
    except (BadWords, CannotFill):
        return text
