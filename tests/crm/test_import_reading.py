"""Reading tables: whatever encoding, delimiter and quoting; what is no table is refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from crm.addresses import normal_phone
from crm.importing.guessing import columns_of, find_empty_words, guess_columns
from crm.importing.presets import recognise
from crm.importing.reading import Table, open_table
from crm.importing.text_files import Unreadable
from crm.models import Contact
from tests.crm.importing import imported, outcome, reasons

TEXT = "Имя;Ville;E-mail\r\nЖанна;Orléans;jeanne@example.org\r\n"


def file(folder: Path, content: bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(table: Table) -> list[list[str]]:
    return [cells for _, cells in table.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_found(encoding: str, tmp_path: Path) -> None:
    table = open_table(file(tmp_path, TEXT.encode(encoding)))
    assert table.headings == ["Имя", "Ville", "E-mail"]
    assert cells(table) == [["Жанна", "Orléans", "jeanne@example.org"]]


def test_windows_letters_are_read(tmp_path: Path) -> None:
    text = "Name,Ort\n" + "Jürgen Groß,Köln – Süd\nZoë Müller,Düsseldorf\nAndré Łuk,Nîmes\n".replace("Ł", "L") * 20
    assert cells(open_table(file(tmp_path, text.encode("cp1252"))))[0] == ["Jürgen Groß", "Köln – Süd"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_others_in_the_cells(delimiter: str, tmp_path: Path) -> None:
    rows = [["Name", "Note", "City"], ["Santos, Maria", "a; b | c", "Manila"], ["Lee, Sam", "x, y", "Cebu"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    table = open_table(file(tmp_path, text.encode()))
    assert (table.delimiter, cells(table)[0]) == (delimiter, rows[1])


def test_excels_own_hint_is_followed(tmp_path: Path) -> None:
    table = open_table(file(tmp_path, b"sep=;\r\nName;City\r\nMaria;Manila\r\n"))
    assert (table.headings, cells(table)) == (["Name", "City"], [["Maria", "Manila"]])


def test_headings_that_are_empty_or_double_get_names(tmp_path: Path) -> None:
    assert open_table(file(tmp_path, b"Name,,Name,\n1,2,3,4\n")).headings == ["Name", "Column 2", "Name (2)"]


def test_empty_rows_between_others_are_rows_and_those_at_the_end_are_not(tmp_path: Path) -> None:
    rows = list(open_table(file(tmp_path, b"a,b\n1,2\n,,\n\n3,4\n,\n,\n")).rows())
    assert rows == [(2, ["1", "2"]), (3, []), (4, ["3", "4"])]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        (b'{"a": 1}', "JSON"),
        (b"<!DOCTYPE html><p>a,b", "web page"),
        (b"BEGIN:VCARD\nFN:Maria", "no whole card"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"Dear all,\n\nplease find the list attached, it is long, and dull.\n\nYours, Sam\n", "not a table"),
        (b"maria@example.org,Maria\nsam@example.org,Sam\n", "e-mail address"),
        (b"\n\n", "first row is empty"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=why):
        list(open_table(file(tmp_path, content)).rows())


def test_a_wrong_encoding_said_by_hand_is_told_with_its_row(tmp_path: Path) -> None:
    path = file(tmp_path, ("Name,City\n" + "Maria,Manila\n" * 2_000 + "Zoë,Köln\n").encode("cp1252"))
    with pytest.raises(Unreadable, match="not UTF-8 any more"):
        list(open_table(path, encoding="utf-8").rows())


def test_a_quotation_mark_never_closed_is_told_with_its_row(tmp_path: Path) -> None:
    path = file(tmp_path, ('Name,City\nMaria,"Manila\n' + "Sam,Cebu\n" * 40_000).encode())
    with pytest.raises(Unreadable, match="quotation mark"):
        list(open_table(path).rows())


def test_a_workbook_is_read_with_its_numbers_and_days(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Visits", "Share", "Since", "At", "Yes"])
    sheet.append(["Maria", 3, 2.5, date(2026, 3, 2), datetime(2026, 3, 2, 9, 30), True])  # noqa: DTZ001 - a workbook knows no zones
    sheet.append([None, None, None, None, None, None])
    sheet.append(["Sam", None, None, None, None, None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert cells(open_table(path)) == [
        ["Maria", "3", "2.5", "2026-03-02", "2026-03-02 09:30:00", "yes"],
        [],
        ["Sam", "", "", "", "", ""],
    ]


def test_a_workbook_that_unfolds_to_far_too_much_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    with pytest.raises(Unreadable, match="unfolds"):
        open_table(file(tmp_path, held.getvalue(), "bomb.xlsx"))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("people.csv", "a,b")
    with pytest.raises(Unreadable, match="archive, not a workbook"):
        open_table(file(tmp_path, held.getvalue(), "a.xlsx"))


def test_headings_in_many_languages_are_understood(tmp_path: Path) -> None:
    for headings, wanted in {
        ("Vorname", "Nachname", "E-Mail-Adresse", "Handy", "Firma", "Ort"): [
            "first_name",
            "last_name",
            "email",
            "phone",
            "organisation",
            "city",
        ],
        ("Prénom", "Nom", "Courriel", "Téléphone", "Société", "Ville"): [
            "first_name",
            "last_name",
            "email",
            "phone",
            "organisation",
            "city",
        ],
        ("Имя", "Фамилия", "Телефон", "Город", "Страна"): ["first_name", "last_name", "phone", "city", "country"],
        ("FirstName", "LastName", "MobilePhone", "LeadSource"): ["first_name", "last_name", "phone", "source"],
    }.items():
        assert [guess.target for guess in guess_columns(list(headings), [], own={})] == wanted


def test_a_column_is_taken_by_its_values_where_the_heading_says_nothing_or_lies() -> None:
    rows = [
        ["maria@example.org", "Manila", "1", "2026-03-02", "Web"],
        ["sam@example.org", "Cebu", "7", "2026-04-02", "Web"],
    ] * 5
    guesses = guess_columns(
        ["Contact via", "E-mail", "Points", "Since", "Channel of ours"], columns_of(rows), own={"points": "points"}
    )
    assert [guess.target for guess in guesses] == ["email", "new:choice", "custom:points", "new:date", "new:choice"]


def test_words_for_nothing_are_found_in_the_file() -> None:
    rows = [["Maria", " Select "], ["N/A", "Select"], ["keine Angabe", "x", "-"], ["short"]]
    assert find_empty_words(columns_of(rows)) == [
        "Select",
        "-",
        "N/A",
        "keine Angabe",
    ]
    assert [column.values for column in columns_of(rows)] == [["Maria", "short"], ["x"], []]


@pytest.mark.realdata
def test_the_csv_spectrum_reads_as_its_authors_say(shared_data: Path) -> None:
    folder = shared_data / "contacts" / "csv_spectrum"
    for path in sorted((folder / "csvs").glob("*.csv")):
        if path.stem == "location_coordinates":
            continue  # its JSON holds another number than its CSV
        table = open_table(path)
        rows = [dict(zip(table.headings, found, strict=True)) for found in cells(table)]
        wanted = json.loads((folder / "json" / f"{path.stem}.json").read_text().replace("\\r\\n", "\\n"))
        assert rows == wanted, path.stem


@pytest.mark.realdata
def test_one_file_in_three_encodings_is_one_table(shared_data: Path) -> None:
    found = [open_table(path) for path in sorted((shared_data / "contacts" / "dataloader").glob("csvtext*.csv"))]
    assert len(found) == 3
    assert len({(tuple(table.headings), str(cells(table))) for table in found}) == 1


@pytest.mark.realdata
def test_headings_met_in_the_wild_are_understood(shared_data: Path) -> None:
    import csv

    wanted = {
        "HubSpot contacts": (
            "hubspot",
            {"Email": "email", "Record ID": "external_id", "Contact owner": "owner", "Lifecycle Stage": "lifecycle"},
        ),
        "Google Contacts, older": (
            "google_contacts",
            {"Given Name": "first_name", "E-mail 1 - Value": "email", "Phone 2 - Value": "other_phones"},
        ),
        "Outlook, other": (
            "outlook",
            {"Last Name": "last_name", "Mobile Phone": "phone", "Business Phone": "other_phones"},
        ),
        "Zoho CRM leads": ("zoho", {"LEADID": "external_id", "Mobile": "phone", "Lead Source": "source"}),
    }
    lines = (shared_data / "contacts" / "headers_seen.csv").read_text().splitlines()
    for source, joined in list(csv.reader(lines))[1:]:
        headings = joined.split("|")
        preset = recognise(headings)
        targets = {guess.heading: guess.target for guess in guess_columns(headings, [], own={}, preset=preset.columns)}
        if source in wanted:
            name, some = wanted[source]
            assert preset.name == name
            assert some.items() <= targets.items()
        assert sum(not target.startswith("new:") for target in targets.values()) >= 2, source


def test_presets_are_known_by_several_headings_and_keep_every_address() -> None:
    google = [
        "Given Name",
        "E-mail 1 - Value",
        "E-mail 2 - Value",
        "E-mail 3 - Value",
        "Phone 2 - Value",
        "Phone 3 - Value",
    ]
    guesses = guess_columns(google, [], own={}, preset=recognise(google).columns)
    assert [guess.target for guess in guesses][2:] == ["other_emails", "other_emails", "other_phones", "other_phones"]
    found = {
        "hubspot": ["Record ID", "First Name", "Associated Company"],
        "zoho": ["Record Id", "Contact Owner", "Last Name"],
        "salesforce": ["Id", "LastName", "OwnerId", "Email"],
        "pipedrive": ["Person - Name", "Person - Email - Work"],
        "generic": ["Name", "E-mail"],
    }
    assert {recognise(headings).name: headings for headings in found.values()} == found


@pytest.mark.realdata
@pytest.mark.django_db
@pytest.mark.usefixtures("uploads")
def test_example_numbers_of_every_region_come_in_as_they_are(shared_data: Path) -> None:
    import csv

    import phonenumbers

    with (shared_data / "phones" / "libphonenumber_examples.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["region"] != "001"]
    possible = [row for row in rows if phonenumbers.is_possible_number(phonenumbers.parse(row["e164"]))]
    assert len(rows) - len(possible) <= 2  # two old numbers of Benin, too short since its numbers grew
    assert [normal_phone(row["national"], row["region"]) for row in possible] == [row["e164"] for row in possible]
    lines = (f"P{at},{row['e164']}" for at, row in enumerate(rows))
    batch = imported("\n".join(["Name,Phone", *lines]), on_duplicate="create")
    assert outcome(batch) == (len(possible), 0, 0, len(rows) - len(possible)), reasons(batch)
    stored = set(Contact.objects.values_list("first_name", "phone"))
    assert stored == {(f"P{at}", row["e164"]) for at, row in enumerate(rows) if row in possible}
