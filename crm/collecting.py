"""Leaving Python's search for reference cycles off while very many rows are held at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Rows hold no cycles, so counting references frees them; but making tens of thousands has Python look through
    everything that the process holds, again and again, which took a quarter of the processor time of an import and a tenth
    of that of automations.

    Memory does not grow: a test counts what is left over. It holds for the whole process, so only the outermost use
    turns the search on again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
