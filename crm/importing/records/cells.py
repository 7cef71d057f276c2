"""Reading single cells of a row of records. Each raises BadRow with its target and a sentence."""

from __future__ import annotations

from datetime import date, datetime, time

from crm.contact_fields import one_line
from crm.custom_values import BadCustomValue, parse_date
from crm.importing.records.kinds import Row
from crm.zones import moment

MIDDAY = time(12)


class BadRow(ValueError):
    """A row that is refused; `target` says which of its cells is to blame, or is empty."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(reason)
        self.target = target


def line(row: Row, target: str, most: int = 200) -> str:
    """The cell as one line, empty where there is none."""
    text = one_line(row.cells.get(target, ""))
    if len(text) > most:
        raise BadRow(target, f"The text has {len(text):,} characters; at most {most} fit.")
    return text


def words(row: Row, target: str, most: int = 10_000) -> str:
    """The cell as text of several lines."""
    text = row.cells.get(target, "").replace("\r\n", "\n")
    if len(text) > most:
        raise BadRow(target, f"The text has {len(text):,} characters; at most {most:,} fit.")
    return text


def day(row: Row, target: str, style: str = "iso") -> date | None:
    """The cell as a day; a time of day in it is dropped."""
    text = row.cells.get(target, "")
    if not text:
        return None
    try:
        return date.fromisoformat(parse_date(text, style))
    except BadCustomValue as problem:
        raise BadRow(target, str(problem)) from None


def at(row: Row, target: str, zone_name: str, style: str = "iso") -> datetime | None:
    """The cell as a moment: with an offset as it stands, without one local to the zone; a day alone is its middle."""
    text = row.cells.get(target, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None and len(text) > 10:
        return found if found.utcoffset() is not None else moment(found.date(), found.time(), zone_name)
    known = day(row, target, style)
    return None if known is None else moment(known, MIDDAY, zone_name)
