"""The entries of the library. A new one is a module here and a line in ENTRIES; docs/library.md says how."""

from __future__ import annotations

from automation.library import multi_touch_nurture
from automation.library.shape import Entry

ENTRIES: dict[str, Entry] = {
    one.slug: one
    for one in (
        multi_touch_nurture.ENTRY,
    )
}  # fmt: skip
