"""Files of deals, products and colleagues: every row stored or named, nothing twice, all of it taken back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.importing.records import running
from crm.importing.running import run
from crm.importing.starting import take_in
from crm.importing.undoing import can_undo
from crm.models import Contact, Deal, Event, ImportBatch, Membership, Product, Stage, Team, User
from crm.models.import_batch import ImportState
from tests.crm.importing import outcome, reasons
from tests.factories import NOW, contact
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]


def taken(
    text: str | bytes, *, kind: str = "", by: User | None = None, words: dict[str, str] | None = None, **fields: Any
) -> ImportBatch:
    """Import a file of records; without a kind it is told from the headings."""
    import io

    content = text.encode() if isinstance(text, str) else text
    batch = take_in(io.BytesIO(content), "records.csv", by=by, now=NOW, kind=kind)
    batch.mapping |= fields.pop("mapping", {})
    for word, stage in (words or {}).items():
        batch.options["words"]["stage"][word] = str(Stage.objects.get(pipeline__name="Sales", name=stage).pk)
    batch.options |= fields.pop("options", {})
    for field, value in fields.items():
        setattr(batch, field, value)
    batch.state = ImportState.QUEUED
    batch.save()
    assert run(batch.pk, now=NOW)
    batch.refresh_from_db()
    return batch


def undone(batch: ImportBatch) -> ImportBatch:
    assert can_undo(batch)
    batch.options |= {"undo": True}
    batch.state = ImportState.QUEUED
    batch.save()
    run(batch.pk, now=NOW)
    batch.refresh_from_db()
    return batch


PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n,,1\nBad,X,cheap\nGTX Pro,GTX,4821\n"


def test_products_come_in_once_and_their_prices_follow_the_file(people: People) -> None:
    batch = taken(PRODUCTS)
    assert batch.kind == "products"
    assert outcome(batch) == (2, 0, 1, 2)
    assert [(row, column) for row, column, _ in reasons(batch)] == [(4, "product"), (5, "sales_price")]
    assert Product.objects.get(name="GTX Pro").price == Decimal(4821)
    assert outcome(taken(PRODUCTS)) == (0, 0, 3, 2)
    dearer = taken("product,price\nGTX Pro,5000\n")
    assert outcome(dearer) == (0, 1, 0, 0)
    undone(dearer)
    assert Product.objects.get(name="GTX Pro").price == Decimal(4821)


def test_products_of_deals_are_put_away_not_deleted(people: People) -> None:
    batch = taken(PRODUCTS)
    taken("deal_name,product\nOne,GTX Pro\n")
    undone(batch)
    assert Product.objects.get().archived_at == NOW
    assert [(row, "put away" in reason) for row, _, reason in reasons(batch)] == [(2, True)]


TEAMS = (
    "sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\nZoë O'Hara,Dustin Brinkmann,Central\n"
)


def test_colleagues_without_an_address_get_one_and_their_teams(people: People) -> None:
    batch = taken(TEAMS, options={"domain": "example.com"})
    assert batch.kind == "people"
    assert outcome(batch) == (2, 0, 0, 0)
    anna = User.objects.get(full_name="Anna Snelling")
    assert (anna.email, anna.is_active, anna.role, anna.has_usable_password()) == (
        "anna.snelling@example.com",
        False,
        "agent",
        False,
    )
    assert User.objects.get(full_name="Zoë O'Hara").email == "zoe.ohara@example.com"
    team = Team.objects.get(name="Dustin Brinkmann")
    found = Membership.objects.filter(team=team).order_by("user__full_name").values_list("user__full_name", "is_lead")
    assert list(found) == [("Anna Snelling", False), ("Dustin Brinkmann", True), ("Zoë O'Hara", False)]
    assert outcome(taken(TEAMS, options={"domain": "example.com"})) == (0, 0, 2, 0)
    before = User.objects.count()
    undone(batch)
    assert User.objects.count() == before - 3
    assert not Team.objects.filter(pk=team.pk).exists()


def test_colleagues_without_an_address_or_a_domain_are_named(people: People) -> None:
    batch = taken(TEAMS)
    assert outcome(batch) == (0, 0, 0, 2)
    assert "no e-mail address" in reasons(batch)[0][2]


def test_a_file_makes_nobody_an_administrator(people: People) -> None:
    batch = taken("name,email,role,team\nEve,eve@example.com,Administrator,X\nSam,sam@example.com,manager,Visa\n")
    assert outcome(batch) == (0, 0, 1, 1)
    people.sam.refresh_from_db()
    assert people.sam.role == "agent"


DEALS = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
A1,Sam,GTXPro,Isdom,Won,2016-10-25,2017-03-11,4514
A2,Sam,GTX Pro,Isdom,Lost,2016-10-25,2017-03-02,0
A3,Nobody,MG Special,,Engaging,2016-10-29,,
A4,Sam,MG Special,Isdom,Prospecting,,,
A5,Sam,Nothing,Isdom,Won,2016-10-25,2017-03-01,49
A6,Sam,MG Special,Elsewhere,Won,2016-10-25,2017-03-01,49
A7,Sam,MG Special,Isdom,Won,2016-10-25,2017-13-01,49
A8,Sam,MG Special,Isdom,Dreaming,2016-10-25,,
"""


def deals(people: People, **fields: Any) -> ImportBatch:
    if not Product.objects.exists():
        taken(PRODUCTS)
        contact("Isdom", last_name="", organisation="Isdom")
    return taken(DEALS, by=people.ada, words={"Engaging": "Qualified"}, **fields)


def test_deals_find_their_contact_product_stage_and_owner(people: People) -> None:
    batch = deals(people)
    assert batch.kind == "deals"
    assert outcome(batch) == (4, 0, 0, 4)
    one = Deal.objects.get(external_id="A1")
    assert (one.name, one.status, one.amount, one.currency) == ("GTX Pro for Isdom", "won", Decimal(4514), "EUR")
    assert (one.contact.organisation, one.product.name, one.owner) == ("Isdom", "GTX Pro", people.sam)  # type: ignore[union-attr]
    assert (one.opened_on, one.closed_at) == (date(2016, 10, 25), datetime(2017, 3, 11, 12, tzinfo=UTC))
    alone = Deal.objects.get(external_id="A3")
    assert (alone.contact, alone.stage.name, alone.owner) == (None, "Qualified", people.ada)
    assert Deal.objects.get(external_id="A4").stage.name == "New"
    assert [(row, column) for row, column, _ in reasons(batch)] == [
        (2, "product"),
        (4, "sales_agent"),
        (6, "product"),
        (7, "account"),
        (8, "close_date"),
        (9, "deal_stage"),
    ]
    assert reasons(batch)[0][2] == "“GTXPro” was read as the product “GTX Pro”, here and below."
    assert set(Event.objects.filter(kind="deal_created").values_list("data__imported", flat=True)) == {True}


def test_a_dry_run_of_deals_tells_the_same_and_stores_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    dry = deals(people, options={"dry_run": True})
    told = reasons(dry)
    assert (outcome(dry), Deal.objects.count()) == ((4, 0, 0, 4), 0)
    real = deals(people)
    assert (outcome(real), reasons(real)) == ((4, 0, 0, 4), told)


def test_the_second_import_of_deals_adds_nothing_and_a_changed_file_changes_them(people: People) -> None:
    deals(people)
    assert outcome(deals(people)) == (0, 0, 4, 4)
    changed = taken(
        "opportunity_id,deal_stage,close_date,close_value\nA4,Won,2026-01-05,700\nA3,Engaging,,900\n",
        by=people.ada,
        words={"Engaging": "Negotiation"},
    )
    assert outcome(changed) == (0, 2, 0, 0)
    won = Deal.objects.get(external_id="A4")
    assert (won.status, won.amount, won.closed_at) == ("won", Decimal(700), datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert Deal.objects.get(external_id="A3").stage.name == "Negotiation"
    undone(changed)
    won.refresh_from_db()
    assert (won.status, won.amount, won.stage.name) == ("open", None, "New")


def test_a_whole_import_of_deals_is_taken_back(people: People) -> None:
    batch = undone(deals(people))
    assert (batch.state, Deal.objects.alive().count()) == ("undone", 0)
    assert Event.objects.filter(kind="deal_deleted").count() == 4
    assert outcome(deals(people)) == (4, 0, 0, 4)


def test_deals_without_ids_are_known_again(people: People) -> None:
    text = "deal_name,deal_stage,amount,close_date\nOne,New,5,2026-05-01\nTwo,Won,5,2026-01-01\n"
    assert outcome(taken(text)) == (2, 0, 0, 0)
    assert outcome(taken(text)) == (0, 0, 2, 0)


def test_a_deal_of_somebody_elses_contact_is_refused(people: People) -> None:
    contact("Maria", email="maria@example.org", owner=people.otto)
    text = "deal name,contact email\nOne,maria@example.org\n"
    assert "A colleague looks after" in reasons(taken(text, by=people.sam))[0][2]
    assert outcome(taken(text, by=people.ada)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("headings", "row", "name", "status"),
    [
        ("Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount", "7,Big,Closed Won,2026-01-05 10:00,Sam,12", "Big", "won"),
        ("Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Lost time,Deal - Lost reason", "7,Big,12,Qualified,Lost,2026-01-05 10:00:00,Price", "Big", "lost"),
        ("ID,NAME,STAGENAME,AMOUNT,PROBABILITY,CLOSEDATE", "7,Big,Negotiation,12.0,90.0,2026-12-31", "Big", "open"),
        ("Record Id,Deal Name,Stage,Closing Date,Deal Owner,Amount", "7,Big,Closed Lost,2026-01-05,Sam,12", "Big", "lost"),
    ],
)  # fmt: skip
def test_exports_of_other_programs_are_understood(
    headings: str, row: str, name: str, status: str, people: People
) -> None:
    batch = taken(f"{headings}\n{row}\n")
    assert (batch.kind, outcome(batch)) == ("deals", (1, 0, 0, 0)), reasons(batch)
    deal = Deal.objects.get()
    assert (deal.name, deal.status, deal.amount, deal.external_id) == (name, status, Decimal(12), "7")


def test_a_batch_of_deals_costs_the_same_queries_for_ten_rows_and_for_five_hundred(people: People) -> None:
    counts = []
    for number in (10, 500):
        rows = "".join(f"N{number}-{at},Deal {at},New,{at}\n" for at in range(number))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert outcome(taken(f"deal id,deal name,stage,amount\n{rows}", kind="deals"))[0] == number
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_command_says_what_became_of_every_row(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("deal_name,deal_stage\nOne,Engaging\nTwo,Nowhere\n")
    with pytest.raises(SystemExit):
        call_command("import_records", "deals", file, "--word", "Engaging=Negotiation", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["created"], said["failed"][0]["column"]) == (2, 1, "deal_stage")
    assert Deal.objects.get().stage.name == "Negotiation"
    call_command("undo_import", str(said["import_id"]))
    assert Deal.objects.alive().count() == 0
    with pytest.raises(CommandError, match="says nothing"):
        call_command("import_records", "deals", file, "--word", "Engaging=Moon")


@pytest.mark.realdata
def test_a_hardware_sellers_four_files_come_in_whole(people: People, shared_data: Path) -> None:
    folder = shared_data / "crm_maven"
    accounts = taken((folder / "accounts.csv").read_bytes(), by=people.ada)
    assert accounts.kind == "contacts"
    assert outcome(accounts) == (85, 0, 0, 0)
    assert Contact.objects.get(organisation="Acme Corporation").custom["employees"] == 2822
    assert outcome(taken((folder / "products.csv").read_bytes(), by=people.ada)) == (7, 0, 0, 0)
    teams = taken((folder / "sales_teams.csv").read_bytes(), by=people.ada, options={"domain": "example.com"})
    assert outcome(teams) == (35, 0, 0, 0)
    words = {"Engaging": "Qualified", "Prospecting": "New"}
    batch = taken((folder / "sales_pipeline.csv").read_bytes(), by=people.ada, words=words)
    assert outcome(batch) == (6160, 0, 0, 0)
    assert [reason for _, _, reason in reasons(batch)] == [
        "“GTXPro” was read as the product “GTX Pro”, here and below."
    ]
    assert not Deal.objects.filter(owner__full_name="").exists()
    assert not Deal.objects.exclude(status="open").filter(closed_at__year__gte=2018).exists()
    again = taken((folder / "sales_pipeline.csv").read_bytes(), by=people.ada, words=words)
    assert outcome(again) == (0, 0, 6160, 0)


@pytest.mark.realdata
def test_deals_of_salesforce_come_in_or_are_named(people: People, shared_data: Path) -> None:
    content = (shared_data / "contacts" / "dataloader" / "opportunityData.csv").read_bytes()
    batch = taken(content, by=people.ada, mapping={"ACCOUNTID": "", "OWNERID": ""})
    assert batch.kind == "deals"
    created, _, _, failed = outcome(batch)
    assert created > 0
    assert created + failed == batch.rows
    assert {column for _, column, _ in reasons(batch)} <= {"STAGENAME"}


def test_a_file_changes_no_deal_that_its_owner_may_not_see(people: People) -> None:
    taken("deal_name,deal_id,amount\nVisa,D-1,100\n", kind="deals", by=people.sam)
    theirs = "deal_name,deal_id,amount\nTaken over,D-1,1\n"
    batch = taken(theirs, kind="deals", by=people.otto, on_duplicate="merge")
    assert outcome(batch) == (0, 0, 0, 1)
    assert ["colleague" in reason for _, _, reason in reasons(batch)] == [True]
    assert Deal.objects.get().name == "Visa"
    assert outcome(taken(theirs, kind="deals", by=people.sam, on_duplicate="merge")) == (0, 1, 0, 0)
