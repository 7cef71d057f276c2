"""Files that mean harm, or are merely broken, get a clear answer and nothing half-done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from crm.importing.reading import open_table
from crm.importing.records.near import nearest, squeezed
from crm.importing.records.people import address_name, clean_domain
from crm.importing.starting import take_in
from crm.importing.text_files import Unreadable
from crm.models import Deal, Product
from tests.crm.importing import outcome, reasons
from tests.crm.imports.test_records import taken
from tests.factories import NOW
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(10_000)) + "\n1\n")
    with pytest.raises(Unreadable, match="10,000 columns"):
        open_table(path)


def test_a_huge_cell_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Row 2"):
        take_in(io.BytesIO(b"deal name,stage\n" + b"x" * 300_000 + b",New\n"), "deals.csv", by=None, now=NOW)


def test_formulas_are_words_like_any_other(people: People) -> None:
    assert outcome(taken('product,price\n"=HYPERLINK(""http://x"")",1\n@SUM(1),2\n')) == (2, 0, 0, 0)
    assert set(Product.objects.values_list("name", flat=True)) == {'=HYPERLINK("http://x")', "@SUM(1)"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("\x00,New,1,,", ""),
        (f"{'x' * 300},New,1,,", "deal name"),
        ("One,New,1e999,,", "amount"),
        ("One,New,-5,,", "amount"),
        ("One,New,5,ZZZ,", "currency"),
        ("One,New,5,EUR,99999-01-01", "close date"),
        ("One,99999999999999999999999,5,EUR,", "deal stage"),
        ("One,Won,5,EUR,2999-01-01", "close date"),
        (",,,,", ""),
        ("One,New,5,EUR,,,,too,many", ""),
    ],
)
def test_a_bad_row_of_deals_is_named_and_the_next_is_stored(row: str, column: str, people: People) -> None:
    batch = taken(f"deal name,deal stage,amount,currency,close date\n{row}\nGood,New,5,EUR,\n")
    assert outcome(batch) == (1, 0, 0, 1)
    assert [where for _, where, _ in reasons(batch)] == [column]
    assert Deal.objects.get().name == "Good"


def test_numbers_beyond_any_id_find_nobody(people: People) -> None:
    text = (
        "subject,due date,contact number\nCall,2026-05-01,99999999999999999999\nCall,2026-05-01,9223372036854775807\n"
    )
    assert outcome(taken(text)) == (0, 0, 0, 2)


def test_somebody_who_may_not_add_a_kind_gets_contacts(people: People) -> None:
    batch = take_in(io.BytesIO(b"sales_agent,manager\nAnna,Bob\n"), "team.csv", by=people.sam, now=NOW)
    assert batch.kind == "contacts"


def test_a_cards_file_holds_nothing_but_contacts(people: People) -> None:
    with pytest.raises(Unreadable, match="holds contacts"):
        take_in(io.BytesIO(b"BEGIN:VCARD\nFN:A\nEND:VCARD\n"), "a.vcf", by=None, now=NOW, kind="deals")


def test_near_names_are_the_same_and_other_numbers_are_not() -> None:
    known = {squeezed(name): name for name in ("GTX Pro", "GTX Basic", "Plan 100", "Plan 200")}
    assert [nearest(name, known) for name in ("GTXPro", "gtx-pro", "GTK 500", "Plan100", "Plan 300", "GTX Basics")] == [
        "GTX Pro",
        "GTX Pro",
        None,
        "Plan 100",
        None,
        "GTX Basic",
    ]


def test_addresses_are_made_in_plain_letters() -> None:
    assert [address_name(name) for name in ("Darcel Schlecht", "Zoë O'Hara", "Jürgen Groß", "王")] == [
        "darcel.schlecht",
        "zoe.ohara",
        "jurgen.gross",
        "",
    ]
    assert [clean_domain(text) for text in ("@Example.COM ", "no domain", "x" * 300 + ".com", "a.b;drop")] == [
        "example.com",
        "",
        "",
        "",
    ]
