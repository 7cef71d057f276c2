"""A webhook's call as it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """A call ready to leave."""

    url: str
    body: bytes
    headers: Mapping[str, str]
