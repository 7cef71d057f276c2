"""The words of a step for a colleague, their merge fields filled for each person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from automation.effects.about import about, asked_in
from automation.effects.shape import Order
from crm.models import Event
from messaging.templating.fields import BadWords, CannotFill, Words, fill, parse
from messaging.templating.values import OF_RECORD, WORDS, Values, read_facts

#: For colleagues alone: no message to a contact is ever filled with it.
LAST_NOTES = "data.last_notes"
SPOKEN = ("followup_completed", "call_logged", "meeting_logged")


def data_for(one: Order, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a message of an automation keeps for its merge fields: what the trigger knew, and what is so of the record."""
    return {name: value for name, value in ((WORDS, dict(one.words)), (OF_RECORD, dict(facts))) if value}


def values_of(orders: Sequence[Order], texts: Sequence[str], *, now: datetime) -> dict[int, Values]:
    """The values of the fields in the texts, by enrollment, in a fixed number of queries."""
    records = about(orders, asked_in(texts))
    people = read_facts({one.contact_id for one in orders}, [], now=now)
    values = {
        one.enrollment_id: people.values(one.contact_id, None, data_for(one, records[one.enrollment_id]))
        for one in orders
    }
    if any(LAST_NOTES in text for text in texts):
        notes = _last_notes({one.contact_id for one in orders})
        for one in orders:
            values[one.enrollment_id][LAST_NOTES] = notes.get(one.contact_id, "")
    return values


def _last_notes(contact_ids: Collection[int]) -> dict[int, str]:
    """What a colleague wrote down after they last spoke with each."""
    rows = Event.objects.filter(contact__in=contact_ids, two_way=True, kind__in=SPOKEN).exclude(data__notes="")
    rows = rows.filter(data__has_key="notes").order_by("contact_id", "-occurred_at", "-pk").distinct("contact_id")
    return {
        contact_id: " ".join(str(notes).split())[:500]
        for contact_id, notes in rows.values_list("contact_id", "data__notes")
    }


def filled(text: str, values: Values) -> str:
    """The text with its fields filled; one that is empty leaves nothing. What is no field stays as it was written."""
    words = _words(text)
    try:
        return fill(words, values, otherwise=lambda name: "").strip() if words is not None else text
    except CannotFill:
        return text


@lru_cache(maxsize=1000)
def _words(text: str) -> Words | None:
    """The text as read, once for all the people of a step; None where it is no template."""
    try:
        return parse(text)
    except BadWords:
        return None
