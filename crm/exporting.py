"""Contacts out of the house as CSV or XLSX, row by row, with formulas made harmless; our import reads them back the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import QuerySet

from crm.custom_values import show_value
from crm.models import Consent, Contact, ContactTag, CustomField, User

#: A cell that begins like this would be run by a spreadsheet.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 2_000

_COLUMNS: Mapping[str, str] = {
    "id": "Contact number",
    "first_name": "First name",
    "last_name": "Last name",
    "organisation": "Organisation",
    "job_title": "Job title",
    "email": "E-mail",
    "other_emails": "Other e-mails",
    "phone": "Phone",
    "other_phones": "Other phones",
    "shares_address": "Shares an address",
    "external_id": "External id",
    "time_zone": "Time zone",
    "language": "Language",
    "country": "Country",
    "city": "City",
    "source": "Source",
    "lifecycle": "Lifecycle",
    "owner_id": "Owner",
    "preferred_channel": "Preferred channel",
    "rhythm_days": "Rhythm",
}
_OPT_OUTS = {"email": "No e-mail", "call": "No calls", "sms": "No SMS"}


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one more apostrophe before what might be one.

    A text that has the apostrophe itself gets another, so that reading it back takes off exactly one.
    """
    risky = text.startswith(DANGEROUS) or (text.startswith("'") and text[1:2] in (*DANGEROUS, "'"))
    return f"'{text}" if risky else text


def export_rows(contacts: QuerySet[Contact]) -> Iterator[list[str]]:
    """Yield the headings and then one row a contact, in the order of the set, in a few queries per 2,000."""
    fields = list(CustomField.objects.filter(archived_at__isnull=True))
    yield [*map(neutral, _headings(fields)), *_OPT_OUTS.values(), "Tags"]
    owners = {user.pk: user.email for user in User.objects.all()}
    pending: list[dict[str, Any]] = []
    for row in contacts.values(*_COLUMNS, "custom").iterator(chunk_size=CHUNK):
        pending.append(row)
        if len(pending) == CHUNK:
            yield from _rows(pending, fields, owners)
            pending = []
    yield from _rows(pending, fields, owners)


def _headings(fields: list[CustomField]) -> list[str]:
    taken = {*_COLUMNS.values(), *_OPT_OUTS.values(), "Tags"}
    return [
        *_COLUMNS.values(),
        *(field.label if field.label not in taken else f"{field.label} (own field)" for field in fields),
    ]


def _rows(rows: list[dict[str, Any]], fields: list[CustomField], owners: Mapping[int, str]) -> Iterator[list[str]]:
    ids = [row["id"] for row in rows]
    tags: dict[int, list[str]] = {}
    for contact_id, name in (
        ContactTag.objects.filter(contact_id__in=ids).order_by("tag__name").values_list("contact_id", "tag__name")
    ):
        tags.setdefault(contact_id, []).append(name)
    refused = set(
        Consent.objects.filter(contact_id__in=ids, topic="all", state="withdrawn").values_list("contact_id", "channel")
    )
    for row in rows:
        cells = [_cell(name, row[name], owners) for name in _COLUMNS]
        cells += [show_value(field.kind, row["custom"].get(field.slug)) for field in fields]
        cells += ["yes" if (row["id"], channel) in refused else "" for channel in _OPT_OUTS]
        cells.append("; ".join(tags.get(row["id"], ())))
        yield [neutral(cell) for cell in cells]


def _cell(name: str, value: Any, owners: Mapping[int, str]) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if name == "owner_id":
        return owners.get(value, "")
    return "; ".join(value) if isinstance(value, list) else str(value)


def csv_lines(rows: Iterator[list[str]]) -> Iterator[str]:
    """Yield rows as CSV text, some hundred at a time."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % 500 == 0:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()


def xlsx_file(rows: Iterator[list[str]], sheet_name: str = "Contacts") -> IO[bytes]:
    """Return an open temporary file with rows as a workbook of text cells; it is gone when closed."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name)
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767])
            cell.data_type = "s"  # never a formula, whatever it begins with
            cells.append(cell)
        sheet.append(cells)
    whole = TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - whoever sends it closes it
    book.save(whole)
    whole.seek(0)
    return whole
