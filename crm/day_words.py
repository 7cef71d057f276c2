"""A stored day as people read it."""

from __future__ import annotations

from datetime import date


def say_day(stored: str) -> str:
    """Say an ISO date as "2 Jul 2029"; anything else stays as it is."""
    try:
        day = date.fromisoformat(stored)
    except ValueError:
        return stored
    return f"{day.day} {day:%b} {day.year}"
