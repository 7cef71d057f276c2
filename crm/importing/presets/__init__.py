"""Exports of other programs, one small file each: how to recognise one, and what its columns mean.

To add a preset: a module here with a PRESET; it is found by itself. Whatever a preset does not name is guessed.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from crm.importing.presets.preset import Preset


@cache
def presets() -> dict[str, Preset]:
    """All presets by name, the generic one last: it recognises everything."""
    found = [
        import_module(f"{__name__}.{module.name}").PRESET
        for module in pkgutil.iter_modules(__path__)
        if module.name != "preset"
    ]
    return {preset.name: preset for preset in sorted(found, key=lambda preset: (not preset.signs, preset.name))}


def recognise(headings: Sequence[str]) -> Preset:
    """The first preset of whose signs one set is among the headings."""
    present = set(headings)
    return next(
        preset
        for preset in presets().values()
        if any(present.issuperset(signs) for signs in (preset.signs, *preset.other_signs))
    )
