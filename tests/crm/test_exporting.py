"""Exports: whole, harmless to spreadsheets, and the same again when they are imported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm.consent import withdraw
from crm.contact_fields import one_line
from crm.contacts import NewContact, create_contacts
from crm.custom_fields import make_field
from crm.exporting import DANGEROUS, export_rows, neutral
from crm.models import Contact, User
from crm.tagging import make_tag, tag
from tests.crm.importing import imported, outcome
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@given(st.text(max_size=20))
def test_a_neutral_cell_never_begins_like_a_formula_and_reads_back(text: str) -> None:
    cell = neutral(text)
    assert not cell.startswith(DANGEROUS)
    back = cell[1:] if cell[:1] == "'" and cell[1:2] in (*DANGEROUS, "'") else cell
    assert back == text


def everything(people: People) -> None:
    """Contacts with all that a contact can hold."""
    make_field(label="Passport expires", kind="date")
    make_field(label="Intake", kind="choice", choices=["May", "=September"])
    make_field(label="Score of ours", kind="number")
    make_field(label="Languages", kind="choices", choices=["de", "fr"])
    make_field(label="Paid", kind="yes_no")
    make_field(label="Story", kind="text")
    contact(
        "=cmd|' /C calc'!A0", last_name="Müller-Łuk", email="maria@example.org", other_emails=["m@work.example"], phone="+639175554410",
        other_phones=["+4930901820"], external_id="-7", country="PH", city="Manila", time_zone="Asia/Manila", language="tl",
        source="@home", lifecycle="client", owner=people.sam, preferred_channel="whatsapp", rhythm_days=14, organisation="'Quoted",
        custom={"passport-expires": "2027-05-12", "intake": "=September", "score-of-ours": 2.5, "languages": ["de", "fr"], "paid": False},
    )  # fmt: skip
    contact(
        "محمد",
        last_name="علي",
        job_title="clerk, \"quoted\"; 'so'",
        custom={"story": "line one\nline two"},
        lifecycle="lost",
    )
    contact("", organisation="Only an organisation", email="")
    tag(Contact.objects.filter(first_name="محمد"), add=[make_tag("+1").pk, make_tag("nursing").pk], by=None, now=NOW)
    withdraw(Contact.objects.filter(first_name="محمد"), channel="email", source="form", by=None, now=NOW)


def table() -> list[list[str]]:
    """The export without its first column, which counts anew."""
    return [row[1:] for row in export_rows(Contact.objects.alive().order_by("pk"))]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_that_is_imported_gives_the_same_contacts(
    form: str, people: People, tmp_path: Path, uploads: Path
) -> None:
    everything(people)
    before = table()
    path = tmp_path / f"a.{form}"
    call_command("export_contacts", str(path))
    Contact.objects.update(deleted_at=NOW)
    batch = imported(path.read_bytes(), name=path.name)
    assert batch.preset == "followthrough"
    assert outcome(batch) == (3, 0, 0, 0)
    assert table() == before
    assert outcome(imported(path.read_bytes(), name=path.name))[0] <= 2  # two of them have neither address nor id
    assert Contact.objects.alive().get(external_id="-7").first_name == "=cmd|' /C calc'!A0"


def test_no_cell_of_an_export_begins_like_a_formula(people: People) -> None:
    everything(people)
    assert [cell for row in export_rows(Contact.objects.all()) for cell in row if cell.startswith(DANGEROUS)] == []


def test_a_workbook_holds_text_and_no_formulas(people: People, as_: SignIn) -> None:
    everything(people)
    answer = as_(people.ada).get("/contacts/export/?format=xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_an_export_holds_what_the_filter_shows_and_one_may_see(people: People, as_: SignIn) -> None:
    contact("Client", lifecycle="client", owner=people.sam)
    contact("Lead", owner=people.sam)
    contact("Hidden", lifecycle="client", owner=people.otto)
    answer = as_(people.mara).get("/contacts/export/?lifecycle=client")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["First name"] for row in rows] == ["Client"]


def test_an_export_costs_the_same_queries_for_ten_and_for_a_thousand(
    people: People, django_assert_max_num_queries: Any
) -> None:
    contacts(1_000)
    with django_assert_max_num_queries(7):
        assert len(list(export_rows(Contact.objects.order_by("pk")))) == 1_001


@pytest.mark.realdata
def test_known_attacks_on_spreadsheets_come_out_harmless_and_back(
    people: People, shared_data: Path, uploads: Path
) -> None:
    attacks = (shared_data / "naughty" / "csv_injection.txt").read_text().splitlines()
    for number, attack in enumerate(attacks):
        contact(attack[:200], email="", external_id=str(number))
    exported = list(export_rows(Contact.objects.order_by("pk")))
    assert not any(cell.startswith(DANGEROUS) for row in exported for cell in row)
    held = io.StringIO(newline="")
    csv.writer(held).writerows(exported)
    Contact.objects.update(deleted_at=NOW)
    batch = imported(held.getvalue())
    assert outcome(batch) == (len(attacks), 0, 0, 0), (batch.error, list(batch.problems.values()))
    assert list(Contact.objects.alive().order_by("pk").values_list("first_name", flat=True)) == attacks


@pytest.mark.realdata
def test_naughty_strings_are_shown_as_they_are_and_run_nothing(people: People, as_: SignIn, shared_data: Path) -> None:
    strings = json.loads((shared_data / "naughty" / "blns.json").read_text())
    strings += (shared_data / "naughty" / "xss_sample.txt").read_text().splitlines()[:40]
    sam = as_(people.sam)
    for number, text in enumerate(strings[::7]):
        form = {"first_name": text, "organisation": text, "external_id": f"form{number}", "lifecycle": "new"}
        assert sam.post("/contacts/new/", form).status_code in (302, 422), text
    rows = [
        NewContact(first_name=text, city=text, source=text, external_id=f"n{n}", owner_id=people.sam.pk)
        for n, text in enumerate(strings)
    ]
    stored = create_contacts(rows, by=people.sam, now=NOW)
    assert len(stored.ids) >= len(strings) * 0.9
    kept = dict(Contact.objects.filter(pk__in=stored.ids).values_list("external_id", "first_name"))
    assert kept == {row.external_id: one_line(row.first_name) for n, row in enumerate(rows) if n not in stored.refused}
    for one in Contact.objects.order_by("?")[:25]:
        for address in (f"/contacts/{one.pk}/", f"/contacts/{one.pk}/edit/", "/contacts/?q=" + one.external_id):
            page = sam.get(address)
            assert page.status_code == 200
            assert b"<script>alert" not in page.content
    assert sam.get("/contacts/?columns=source&columns=city&columns=organisation").status_code == 200
    assert len(list(export_rows(Contact.objects.all()))) == Contact.objects.count() + 1
