"""Any table: everything is guessed."""

from crm.importing.presets.preset import Preset

PRESET = Preset("generic", "Any table")
