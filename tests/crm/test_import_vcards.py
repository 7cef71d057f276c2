"""Address books: every card stored or named, whatever phone or office wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.importing.reading import open_table
from crm.importing.text_files import Unreadable
from crm.importing.vcard_rows import meanings
from crm.importing.vcards import MAX_VALUE, read_cards, read_line
from crm.models import Contact, CustomField
from crm.vcard_export import cards
from tests.crm.importing import imported, outcome, reasons
from tests.factories import NOW, contact
from tests.people import People


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> str:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def kept(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "people.vcf"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(tmp_path: Path, content: str | bytes) -> list[dict[str, str]]:
    table = open_table(kept(tmp_path, content))
    return [
        {name: text for name, text in zip(table.headings, cells, strict=False) if text} for _, cells in table.rows()
    ]


def test_the_three_styles_of_types_say_the_same(tmp_path: Path) -> None:
    old = card("N:Santos;Maria", "TEL;CELL:1", "TEL;WORK;FAX:2", "TEL;HOME;PREF:3", version="2.1")
    three = card("N:Santos;Maria", "TEL;TYPE=CELL:1", "TEL;TYPE=WORK;TYPE=FAX:2", "TEL;TYPE=HOME,PREF:3")
    four = card(
        "N:Santos;Maria",
        "TEL;TYPE=cell;VALUE=uri:tel:1",
        'TEL;TYPE="work,fax":2',
        "TEL;PREF=1;TYPE=home:3",
        version="4.0",
    )
    whole = {"First name": "Maria", "Last name": "Santos", "Phone": "3", "Other phones": "1", "Fax": "2"}
    assert read(tmp_path, old + three + four) == [whole] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_folded_lines_are_whole_in_every_encoding(encoding: str, end: str, tmp_path: Path) -> None:
    text = card("FN:Zoë Müller", f"NOTE:One{end}  two{end}\tthree\\nfour\\, five", end=end)
    assert read(tmp_path, text.encode(encoding)) == [{"Full name": "Zoë Müller", "Note": "One twothree\nfour, five"}]


def test_a_letter_cut_in_two_by_a_fold_is_whole_again(tmp_path: Path) -> None:
    raw = card("FN:Zoë", "ORG:X").encode().replace("ë".encode(), b"\xc3\r\n \xab")
    assert read(tmp_path, raw) == [{"Full name": "Zoë", "Organisation": "X"}]


def test_quoted_printable_is_read_over_its_soft_breaks_in_its_own_letters(tmp_path: Path) -> None:
    text = card(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=91u=C3=B1=",
        "ez;Jos=C3=A9;;;",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCnchen=0D=0A=",
        "=0D=0Azwei",
        "EMAIL;INTERNET:jose@example.org",
        version="2.1",
    )
    assert read(tmp_path, text) == [
        {"First name": "José", "Last name": "Ñuñez", "E-mail": "jose@example.org", "Note": "München\n\nzwei"}
    ]


def test_letters_that_say_what_they_are_in_need_no_utf_8(tmp_path: Path) -> None:
    raw = card("FN;CHARSET=windows-1251:Мария", "ORG:Школа", version="2.1").encode("cp1251")
    assert read(tmp_path, raw)[0]["Full name"] == "Мария"


def test_groups_labels_and_base64_are_understood(tmp_path: Path) -> None:
    text = card(
        "FN:Maria",
        "item1.EMAIL;type=INTERNET:maria@example.org",
        "item1.X-ABLabel:_$!<Home>!$_",
        "item2.X-ABDATE:2001-02-03",
        "item2.X-ABLabel:_$!<Anniversary>!$_",
        "NOTE;ENCODING=b:TcO8bmNoZW4=",
        "PHOTO;BASE64:",
        "  /9j/4AAQ",
        "  AAAA",
        "",
        "X-PASSPORT-NO:P123",
        "X-ABUID:5A",
    )
    assert read(tmp_path, text) == [
        {
            "Full name": "Maria",
            "E-mail": "maria@example.org",
            "Anniversary": "2001-02-03",
            "Note": "München",
            "Passport no": "P123",
            "X-ABUID": "5A",
        }
    ]


def test_parameters_in_quotation_marks_may_hold_colons_and_semicolons() -> None:
    found = read_line('ADR;LABEL="1: Main; St";TYPE=home:;;1 Main St;Austin;TX;;USA')
    assert found is not None
    assert (found.params["LABEL"], found.types, found.parts()[2:4]) == (
        "1: Main; St",
        {"home"},
        ["1 Main St", "Austin"],
    )


def test_a_card_inside_a_card_is_not_somebody_else(tmp_path: Path) -> None:
    text = "BEGIN:VCARD\nVERSION:2.1\nN:A;B\nAGENT:\nBEGIN:VCARD\nN:C;D\nEND:VCARD\nTITLE:Boss\nEND:VCARD\n"
    assert read(tmp_path, text) == [{"First name": "B", "Last name": "A", "Job title": "Boss"}]


@pytest.mark.django_db
@pytest.mark.usefixtures("uploads")
def test_broken_cards_are_named_and_the_others_are_stored(people: People) -> None:
    text = (
        card("FN:Maria Santos", "EMAIL:maria@example.org", "TEL:not a number", "this is no line", "X-PASSPORT:P1")
        + "BEGIN:VCARD\nVERSION:3.0\nFN:Cut\n"
        + card("NOTE:Nobody")
        + card(f"FN:{'x' * (MAX_VALUE + 10)}")
        + card("FN:Ben Okoro", "BDAY:19900203", "CATEGORIES:Nursing,Berlin", "UID:urn:uuid:b-1", "TZ:Europe/Berlin")
        + "BEGIN:VCARD\nFN:End"
    )
    batch = imported(text, name="people.vcf", by=people.sam)
    assert outcome(batch) == (2, 0, 0, 4)
    assert [(row, reason.split(";")[0]) for row, _, reason in reasons(batch)] == [
        (1, "A line makes no sense: “this is no line”."),
        (1, "“not a number” is not a phone number."),
        (2, "The card has no end (END:VCARD)"),
        (3, "Nothing tells who this is: no name, organisation, e-mail, phone or external id."),
        (4, "FN is longer than 200,000 characters."),
        (6, "The card has no end (END:VCARD)"),
    ]
    maria, ben = Contact.objects.order_by("pk")
    assert (maria.first_name, maria.last_name, maria.custom) == ("Maria", "Santos", {"passport": "P1"})
    assert (ben.external_id, ben.time_zone, ben.custom["birthday"]) == ("b-1", "Europe/Berlin", "1990-02-03")
    assert sorted(tag.name for tag in ben.tags.all()) == ["Berlin", "Nursing"]
    assert CustomField.objects.get(slug="birthday").kind == "date"


@pytest.mark.django_db
@pytest.mark.usefixtures("uploads")
def test_the_second_import_of_cards_adds_nobody(people: People) -> None:
    text = card("FN:Maria", "EMAIL:maria@example.org") + card("FN:Ben", "TEL:+49 30 901820")
    assert outcome(imported(text, name="people.vcf")) == (2, 0, 0, 0)
    assert outcome(imported(text, name="people.vcf")) == (0, 2, 0, 0)


def test_a_file_without_a_whole_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no whole card"):
        open_table(kept(tmp_path, "BEGIN:VCARD\nFN:Maria"))


def test_endless_lines_and_endless_nesting_cost_little(tmp_path: Path) -> None:
    folds = "BEGIN:VCARD\nFN:A\nNOTE:x\n" + " y\n" * 300_000 + "END:VCARD\n"
    nested = "BEGIN:VCARD\nAGENT:\n" * 50_000
    photo = "BEGIN:VCARD\nFN:B\nPHOTO:" + "A" * 3_000_000 + "\nEND:VCARD\n"
    found = list(read_cards(kept(tmp_path, folds + photo + nested), "utf-8"))
    assert [(one.number, one.broken[:14]) for one in found] == [
        (1, "NOTE is longer"),
        (2, ""),
        (3, "The card has n"),
    ]


@given(st.text(max_size=400))
def test_whatever_a_line_holds_it_is_a_property_or_none(text: str) -> None:
    found = read_line(text)
    if found is not None:
        found.parts()
        found.parts(",")
        assert found.name


@pytest.mark.realdata
def test_cards_of_phones_and_offices_are_read(shared_data: Path, tmp_path: Path) -> None:
    names = []
    for path in sorted((shared_data / "contacts" / "vcf_ezvcard").glob("*.vcf")):
        table = open_table(path)
        cards = list(read_cards(path, table.encoding))
        assert cards, path.name
        assert not any(one.broken or one.strange for one in cards), path.name
        assert all("�" not in text for one in cards for text in meanings(one).values()), path.name
        names += [meanings(one).get("E-mail") for one in cards]
    assert all(names)


@pytest.mark.realdata
@pytest.mark.django_db
@pytest.mark.usefixtures("uploads")
def test_cards_of_phones_and_offices_come_in_once(people: People, shared_data: Path) -> None:
    for path in sorted((shared_data / "contacts" / "vcf_ezvcard").glob("*.vcf")):
        batch = imported(path.read_bytes(), name=path.name, options={"country": "US"})
        created, merged, skipped, failed = outcome(batch)
        assert (skipped, failed) == (0, 0), reasons(batch)
        again = imported(path.read_bytes(), name=path.name, options={"country": "US"})
        assert outcome(again) == (0, created + merged, 0, 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("uploads")
def test_contacts_as_cards_come_back_the_same(people: People) -> None:
    maria = {
        "first_name": "María; “x”",
        "last_name": "Santos, Jr\\n" + "é" * 80,
        "organisation": "Müller & Söhne; KG",
        "email": "maria@example.org",
        "other_emails": ["m@example.org"],
        "phone": "+4930901820",
        "other_phones": ["+639175554410"],
        "country": "PH",
        "city": "Manila",
        "language": "en",
        "time_zone": "Asia/Manila",
        "external_id": "a,1",
    }
    contact(**maria)
    text = "".join(cards(Contact.objects.all()))
    assert all(len(one.encode()) <= 75 for one in text.split("\r\n"))
    Contact.objects.update(deleted_at=NOW)
    assert outcome(imported(text, name="people.vcf")) == (1, 0, 0, 0)
    assert {name: getattr(Contact.objects.alive().get(), name) for name in maria} == maria
