"""What the floor above keeps of a contact's preferences: the register that lets one address of the API show them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PreferencePart:
    """`read` gives the fields of one contact by name; `write` keeps what was sent of them and returns what it refuses,
    by field, having then changed nothing."""

    fields: tuple[str, ...]
    read: Callable[[int], dict[str, Any]]
    write: Callable[[int, Mapping[str, Any], datetime], dict[str, str]]


_parts: list[PreferencePart] = []


def register_part(part: PreferencePart) -> None:
    """Make a part known; called once by its floor at start-up."""
    if part not in _parts:
        _parts.append(part)


def preference_parts() -> list[PreferencePart]:
    """All parts, in the order of the floors."""
    return list(_parts)
