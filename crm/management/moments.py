"""A time as the commands take it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime


def moment_between(first: int, last: int) -> Callable[[str], datetime]:
    """What reads an ISO 8601 time within these years for argparse; one without an offset is UTC."""

    def moment(text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is no time: write it like 2026-11-20T08:00:00+01:00") from None
        if not first <= found.year <= last:
            raise ArgumentTypeError(f"the year lies between {first} and {last}")
        return found if found.utcoffset() is not None else found.replace(tzinfo=UTC)

    return moment
