"""Doing the same to some of a set at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from automation.effects.shape import Order

K = TypeVar("K", bound=Hashable)


def together(orders: Sequence[Order], key: Callable[[Order], K]) -> dict[K, list[Order]]:
    """The orders that ask for the same, in their order."""
    found: dict[K, list[Order]] = defaultdict(list)
    for one in orders:
        found[key(one)].append(one)
    return found
