"""The form of a rehearsal: read, and drawn again with what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from automation.definition.reading import BadDefinition, read_definition
from automation.engine.spans import LABELS
from automation.models import Automation
from automation.reading.versions import draft_and_live
from automation.sandbox.asking import DRAFT, LIVE
from automation.sandbox.rehearsing import CannotRehearse
from automation.sandbox.what_ifs import KINDS, WhatIf, read_what_ifs

#: Empty rows that are offered beside those that are filled.
SPARE = 2
MOST_ROWS = 20
#: Where the detail of a row goes, by its kind.
DETAILS = {"complete_followup": "outcome", "form": "form", "event": "event", "reply": "text", "click": "text"}
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(slots=True)
class Row:
    """One supposition as typed."""

    kind: str = ""
    amount: str = "1"
    unit: str = "days"
    step: str = ""
    detail: str = ""


@dataclass(slots=True)
class Form:
    """What the page draws. `problems` are those of the rows: (row and field, sentence)."""

    start: str
    which: str
    every_branch: bool
    rows: list[Row]
    steps: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    kinds: list[tuple[str, str]] = field(default_factory=lambda: [("", "Nothing"), *KINDS.items()])
    units: list[tuple[str, str]] = field(default_factory=lambda: [(name, f"{word}s") for name, word in LABELS.items()])
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def supposed(self) -> bool:
        """Whether anything is supposed."""
        return any(row.kind for row in self.rows)

    def problem_of(self, row: int) -> str:
        """What is wrong with a row, if anything."""
        filled = [place for place, one in enumerate(self.rows) if one.kind]
        place = filled.index(row) if row in filled else -1
        return " ".join(sentence for where, sentence in self.problems if where.split(".")[0] == str(place))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    start: datetime
    what_ifs: list[WhatIf]
    which: str
    every_branch: bool


def form_of(given: QueryDict, automation: Automation, now: datetime) -> Form:
    """The form with what was typed, or empty."""
    rows = [row for row in _rows(given) if row.kind]
    draft, live = draft_and_live(automation)
    versions = [(DRAFT, f"Version {draft.number}, in the making")] if draft else []
    versions += [(LIVE, f"Version {live.number}, which lets people in")] if live else []
    version = draft or live
    start = given.get("start", "") or f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"
    return Form(
        start=start[:40],
        which=given.get("which", "") or (versions[0][0] if versions else ""),
        every_branch=bool(given.get("every_branch")),
        rows=[*rows, *(Row() for _ in range(SPARE))],
        steps=[("", "the start"), *(_steps(version.definition) if version else [])],
        versions=versions,
    )


def read_form(given: QueryDict, now: datetime) -> Wanted:
    """What was asked. Raises BadWhatIf for a row that cannot be, CannotRehearse for a start that is none."""
    rows = [row for row in _rows(given) if row.kind]
    return Wanted(
        start=_start(given.get("start", ""), now),
        what_ifs=read_what_ifs([_what_if(row) for row in rows]),
        which=given.get("which", ""),
        every_branch=bool(given.get("every_branch")),
    )


def _rows(given: QueryDict) -> list[Row]:
    columns = [given.getlist(name)[:MOST_ROWS] for name in ("kind", "amount", "unit", "step", "detail")]
    return [Row(*(cell.replace("\0", "").strip()[:2000] for cell in cells)) for cells in zip(*columns, strict=False)]


def _what_if(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": row.kind, "amount": row.amount or 0, "unit": row.unit, "step": row.step}
    if row.detail and row.kind in DETAILS:
        found[DETAILS[row.kind]] = row.detail
    return found


def _start(text: str, now: datetime) -> datetime:
    if not text.strip():
        return now
    try:
        found = datetime.fromisoformat(text.strip()[:40])
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError(text)
    except ValueError:
        raise CannotRehearse("The start is no date and time: write it like 2026-11-20T09:00.") from None
    return timezone.make_aware(found) if found.utcoffset() is None else found


def _steps(data: Any) -> list[tuple[str, str]]:
    """The steps after which something may happen, as they are called in the builder."""
    try:
        steps = read_definition(data).steps
    except BadDefinition:
        return []
    return [(step.id, f"{step.title}{f': {step.words()}' if step.words() else ''} ({step.id})"[:80]) for step in steps]
