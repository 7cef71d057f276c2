"""What a preset is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Preset:
    """`signs` are headings that together tell the export; `columns` maps headings to fields ("" leaves one out)."""

    name: str
    title: str
    signs: frozenset[str] = frozenset()
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Our own export put an apostrophe before what a spreadsheet would run as a formula; it comes off again.
    neutralised: bool = False
    #: Other headings that together tell it as well: exports differ by what was ticked.
    other_signs: tuple[frozenset[str], ...] = ()
