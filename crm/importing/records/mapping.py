"""Whether a mapping of columns to a kind of record can be used."""

from __future__ import annotations

from collections.abc import Mapping

from crm.importing.plan import BadMapping
from crm.importing.records.kinds import RecordKind


def check_targets(kind: RecordKind, mapping: Mapping[str, str]) -> None:
    """Raise BadMapping for a target that does not exist, one that two columns want, and one that is missing."""
    labels = {target.name: target.label for target in kind.targets}
    used: dict[str, str] = {}
    for heading, target in mapping.items():
        if not target:
            continue
        if target not in labels:
            raise BadMapping(f"“{heading}” is mapped to “{target}”, which does not exist.")
        if target in used:
            raise BadMapping(f"“{used[target]}” and “{heading}” are both mapped to {labels[target]}.")
        used[target] = heading
    for wanted, words in kind.needs:
        if not wanted & used.keys():
            raise BadMapping(f"{kind.title} need {words}: map a column to it.")
