"""Which outcomes to show first: those that a follow-up of the channel usually has. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

#: Outcomes that an installation starts with, by how the client is reached. Its own come before them.
_SPOKEN = ("spoke", "voicemail", "no_answer", "call_back_later", "booked", "not_interested")
_WRITTEN = ("done", "replied", "no_response", "call_back_later", "booked", "not_interested")
_NEITHER = ("done", "rescheduled", "spoke", "replied", "no_response", "not_interested")
USUAL = {"call": _SPOKEN, "meeting": _SPOKEN, "email": _WRITTEN, "sms": _WRITTEN, "whatsapp": _WRITTEN}


class HasSlug(Protocol):
    slug: str
    type_id: int | None


O = TypeVar("O", bound=HasSlug)  # noqa: E741


def likely(outcomes: Sequence[O], channel: str, first: int = 6) -> tuple[list[O], list[O]]:
    """The few to show and the rest, each in the order to show them."""
    usual = USUAL.get(channel, _NEITHER)

    def place(one: O) -> int:
        if one.type_id is not None:
            return -1
        return usual.index(one.slug) if one.slug in usual else len(usual)

    ordered = sorted(outcomes, key=place)
    return ordered[:first], ordered[first:]
