"""Reading tables from files: CSV in whatever encoding and delimiter, XLSX, and vCards. Rows stream; memory stays flat."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from crm.importing.text_files import Unreadable, find_delimiter, find_encoding, refuse_other_files
from crm.importing.vcard_rows import card_headings, card_rows
from crm.importing.vcards import looks_like_cards

#: Longest cell in characters; longer means a quotation mark that was never closed.
MAX_CELL = 200_000
MAX_COLUMNS = 500
#: What an XLSX file may unfold to, and how many parts it may have: more is a bomb.
MAX_UNFOLDED = 1_500_000_000
MAX_PARTS = 2_000
MAX_RATIO = 250

Row = tuple[int, list[str]]


@dataclass(slots=True)
class Table:
    """A table to be read once or again. Row numbers are those of a spreadsheet, where the heading is row 1; of vCards, the
    first card is row 1."""

    path: Path
    kind: str
    headings: list[str]
    encoding: str = ""
    delimiter: str = ""

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """Yield (number, cells) of the rows below the heading, leaving out the first `after` of them.

        A row of nothing is yielded with no cells; those at the end of the file are not rows. Raises Unreadable.
        """
        if self.kind == "vcf":
            return islice(card_rows(self.path, self.encoding, self.headings), after, None)
        return islice(_without_tail(_numbered(self._raw())), after, None)

    def sample(self, most: int = 10_000) -> list[list[str]]:
        """The first rows, without the empty ones."""
        width = len(self.headings)
        return [
            cells if len(cells) >= width else cells + [""] * (width - len(cells))
            for _, cells in islice(self.rows(), most)
            if cells
        ]

    def _raw(self) -> Iterator[list[str]]:
        records = (
            _csv_records(self.path, self.encoding, self.delimiter) if self.kind == "csv" else _xlsx_records(self.path)
        )
        next(records, None)
        return records


def open_table(path: Path, *, encoding: str = "", delimiter: str = "", most_bytes: int = 0) -> Table:
    """Find out what a file is and read its heading. Raises Unreadable with a sentence when it is no table."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("The file is empty.")
    if most_bytes and size > most_bytes:
        raise Unreadable(
            f"The file has {size / 1e6:,.0f} MB; at most {most_bytes / 1e6:,.0f} MB can be imported at once."
        )
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        _refuse_bomb(path)
        return Table(path, "xlsx", _headings(next(_xlsx_records(path), [])))
    with path.open("rb") as file:
        beginning = file.read(4096)
    refuse_other_files(beginning)
    encoding = encoding or find_encoding(path)
    if looks_like_cards(beginning):
        return Table(path, "vcf", card_headings(path, encoding), encoding)
    delimiter = delimiter or find_delimiter(path, encoding)
    table = Table(path, "csv", _headings(next(_csv_records(path, encoding, delimiter), [])), encoding, delimiter)
    if len(table.headings) == 1 and any(any(cells[1:]) for cells in table.sample(20)):
        raise Unreadable("This is not a table: its first line names one column, the lines below have several.")
    return table


def _headings(cells: list[str]) -> list[str]:
    """Name every column: empty headings by their place, double ones by a number."""
    names = [" ".join(cell.replace("\x00", "").split())[:200] for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable("The first row is empty; it must name the columns.")
    if len(names) > MAX_COLUMNS:
        raise Unreadable(f"The file has {len(names):,} columns; at most {MAX_COLUMNS} can be imported.")
    if any("@" in name and "." in name.partition("@")[2] and " " not in name for name in names):
        raise Unreadable("The first row must name the columns, but it holds an e-mail address. Add a row of headings.")
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, 1):
        name = name or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _numbered(records: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(records, 2):
        yield number, cells if any(map(str.strip, cells)) else []


def _without_tail(rows: Iterable[Row]) -> Iterator[Row]:
    """Hold back empty rows until one with something in it follows."""
    empty: list[Row] = []
    for row in rows:
        if not row[1]:
            empty.append(row)
            continue
        yield from empty
        empty.clear()
        yield row


def _csv_records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    number = 1
    with path.open(encoding=encoding, newline="") as file:
        try:
            if not file.readline().lower().startswith("sep="):
                file.seek(0)
            for cells in csv.reader(file, delimiter=delimiter):
                if cells:  # a wholly blank line is no row to any spreadsheet either
                    number += 1
                    yield cells
        except (UnicodeError, LookupError) as problem:
            raise Unreadable(
                f"From row {number} on the file is not {encoding.upper()} any more. Say which encoding it has."
            ) from problem
        except csv.Error as problem:
            raise Unreadable(
                f"Row {number} cannot be read: a quotation mark may be missing there. ({problem})"
            ) from problem


def _xlsx_records(path: Path) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                for cells in sheet.iter_rows():
                    yield [_cell(cell) for cell in cells]
                return
    except (CalamineError, OSError, ValueError) as problem:
        raise Unreadable("The file is not a workbook that can be read. Save it as XLSX or CSV again.") from problem
    raise Unreadable("The workbook has no sheet with anything in it.")


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without a point, days in ISO form."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _refuse_bomb(path: Path) -> None:
    """Raise Unreadable for an archive that is no workbook or unfolds to far more than it seems."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError) as problem:
        raise Unreadable("The file is damaged: it begins like a workbook but cannot be opened.") from problem
    unfolded = sum(part.file_size for part in parts)
    folded = sum(part.compress_size for part in parts) or 1
    if len(parts) > MAX_PARTS or unfolded > MAX_UNFOLDED or (unfolded > 50_000_000 and unfolded / folded > MAX_RATIO):
        raise Unreadable("The workbook unfolds to far more than its size. It is refused for safety; save it as CSV.")
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Unreadable("This is an archive, not a workbook. Unpack it and choose the table inside.")
