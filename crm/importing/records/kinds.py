"""The kinds of records that a file can hold: each registers itself, with its columns and whoever takes its rows in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from crm.importing.checking import Problem
from crm.importing.words import plain
from crm.models import ImportBatch, User


@dataclass(frozen=True, slots=True)
class Target:
    """What a column can be: its name, its words for people, and headings that mean it, in plain form, the surest first."""

    name: str
    label: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its number and the text of its filled cells, by target."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that a row made (`before` is None) or changed: its table, its id, and what it was."""

    table: str
    pk: int
    row: int
    before: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Taken:
    """What became of some rows; `problems` with a column name a target."""

    created: int = 0
    merged: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)

    def refuse(self, row: int, target: str, reason: str) -> None:
        self.problems.append(Problem(row, target, reason))

    def tell(self, row: int, target: str, reason: str, *, read_as: bool = False) -> None:
        """Note a value that is left out, or one that was read as something near, of a row that is stored."""
        self.problems.append(Problem(row, target, reason, left_out=True, read_as=read_as))


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that is asked beside the columns: an option of the import. `clean` makes of an answer what is kept;
    `missing` says, for the targets in use and what is kept, why it has to be answered, or nothing."""

    name: str
    label: str
    help: str = ""
    choices: Callable[[], list[tuple[str, str]]] | None = None
    clean: Callable[[str], str] = str.strip
    placeholder: str = ""
    missing: Callable[[Collection[str], str], str] | None = None


class Importer(Protocol):
    """Takes the rows of one file in, some thousand at a time, in a fixed number of queries each.

    It lives for one run, so that a dry run, which stores nothing, may remember what it would have stored.
    """

    def take(self, rows: Sequence[Row], *, store: bool, now: datetime) -> Taken: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """`signs` are sets of headings in plain form, one of which must be there whole; `needs` sets of targets of which
    one each must be mapped. `undo` takes records back and returns why some stay, by row."""

    name: str
    title: str
    permission: str
    targets: Sequence[Target]
    signs: Sequence[frozenset[str]]
    needs: Sequence[tuple[frozenset[str], str]]
    importer: Callable[[ImportBatch], Importer]
    undo: Callable[[Sequence[Stored], User | None, datetime], list[Problem]]
    #: Where to look at the records.
    address: str = ""
    asks: Sequence[Ask] = ()
    #: The heading that only our own export has: the apostrophes that it puts before formulas come off again.
    own_sign: str = ""
    #: Targets whose different words are mapped one by one, with what each may become and what it probably is.
    words: Mapping[str, Callable[[Sequence[str]], Mapping[str, str]]] = field(default_factory=dict)
    word_choices: Mapping[str, Callable[[], list[tuple[str, str]]]] = field(default_factory=dict)


_KINDS: dict[str, RecordKind] = {}


def register_kind(kind: RecordKind) -> None:
    """Make a kind known; called once, at start-up, by whoever owns its records."""
    _KINDS[kind.name] = kind


def kinds() -> dict[str, RecordKind]:
    """All kinds by name."""
    return _KINDS


def kind_of(headings: Sequence[str]) -> str:
    """The kind whose signs are among the headings, or "contacts"."""
    present = {plain(heading) for heading in headings}
    found = [(len(signs), kind.name) for kind in _KINDS.values() for signs in kind.signs if present.issuperset(signs)]
    return max(found)[1] if found else "contacts"
