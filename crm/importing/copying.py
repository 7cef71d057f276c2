"""Rows in the text form that COPY reads, put together row by row instead of cell by cell (PostgreSQL's manual, COPY)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
#: Lines sent at once: few enough to need little memory, however long they are.
_LINES = 500


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Send lines, each with its line break, to the table."""
    names = ", ".join(f'"{name}"' for name in columns)
    left = iter(lines)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        while some := "".join(islice(left, _LINES)):
            copy.write(some)


def texts(cells: Sequence[str]) -> str:
    """The cells of part of a line. What COPY would take for its own marks is escaped; nearly no row has any."""
    line = "\t".join(cells)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(cells):
        return "\t".join([cell.translate(_ESCAPES) for cell in cells])
    return line
