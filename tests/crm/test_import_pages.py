"""The import wizard and its commands, from the file to the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from crm.importing.running import run_waiting
from crm.models import Contact, Deal, ImportBatch, Stage, User
from crm.models.import_batch import ImportState
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]
SignIn = Callable[[User], Client]
TEXT = "First name,E-mail,Programme\nMaria,maria@example.org,Nursing\nSam,sam@,Law\n,,\nAna,ana@example.org,Select\n"


def send(browser: Client, text: str | bytes = TEXT, name: str = "people.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return browser.post("/imports/new/", {"file": SimpleUploadedFile(name, content)})


def work() -> None:
    """What the sweep does when no worker took the import."""
    run_waiting(timezone.now() + timedelta(minutes=1))


def test_from_the_file_to_the_contacts_and_back(people: People, as_: SignIn) -> None:
    mara = as_(people.mara)
    address = send(mara)["Location"]
    page = mara.get(address).content.decode()
    assert "Programme" in page
    assert 'value="Select"' in page
    batch = ImportBatch.objects.get()
    form = {f"column-{place}": batch.mapping[heading] for place, heading in enumerate(batch.options["headings"])}
    form |= {"empty_words": "Select", "on_duplicate": "merge"}
    assert mara.post(address, form)["Location"] == f"{address}result/"
    assert "Waiting for a worker" in mara.get(f"{address}result/").content.decode()
    work()
    checked = mara.get(f"{address}result/").content.decode()
    assert "“sam@” is not an e-mail address" in checked
    assert "Import 2 rows" in checked
    assert Contact.objects.count() == 0
    mara.post(address, form | {"step": "import"})
    work()
    done = mara.get(f"{address}result/").content.decode()
    assert "Take the whole import back" in done
    assert list(Contact.objects.order_by("pk").values_list("first_name", "custom")) == [
        ("Maria", {"programme": "Nursing"}),
        ("Ana", {}),
    ]
    mara.post(f"{address}undo/")
    work()
    assert "was taken back" in mara.get(f"{address}result/").content.decode()
    assert Contact.objects.alive().count() == 0


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.pdf", b"%PDF-1.4", "PDF"),
        ("a.csv", b"Name\n", "no rows below"),
        ("a.xlsx", b"PK\x03\x04junk", "damaged"),
        ("a.csv", b"\xff\xfe\x00", "row"),
    ],
)
def test_what_is_no_table_is_answered_in_place(
    name: str, content: bytes, why: str, people: People, as_: SignIn, uploads: Path
) -> None:
    answer = send(as_(people.mara), content, name)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert ImportBatch.objects.count() == 0
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_no_file_is_answered_in_place(people: People, as_: SignIn) -> None:
    assert "Choose a file first" in as_(people.mara).post("/imports/new/", {}).content.decode()


def test_a_mapping_that_cannot_be_is_said_in_place(people: People, as_: SignIn) -> None:
    mara = as_(people.mara)
    address = send(mara)["Location"]
    for form, why in (
        ({"column-0": "email", "column-1": "email"}, "both mapped"),
        ({"column-0": "city"}, "Nothing tells one contact from another"),
        ({"column-0": "custom:none"}, "does not exist"),
        ({}, "No column is mapped"),
    ):
        answer = mara.post(address, form)
        assert answer.status_code == 422
        assert why in answer.content.decode()


def test_colleagues_without_addresses_need_a_domain_before_any_row_is_read(people: People, as_: SignIn) -> None:
    ada = as_(people.ada)
    address = send(ada, "sales_agent,manager\nAnna Snelling,Dustin Brinkmann\n", "teams.csv")["Location"]
    form = {"column-0": "full_name", "column-1": "manager", "teams_by": "manager", "step": "import"}
    for domain in ("", "no domain"):
        answer = ada.post(address, form | {"domain": domain})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "No column holds e-mail addresses" in page
        assert page.count('aria-invalid="true"') == 1
        assert '<option value="manager" selected>' in page.split('name="teams_by"')[1]
    assert ada.post(address, form | {"domain": "example.com"}).status_code == 302
    work()
    assert User.objects.filter(email="anna.snelling@example.com").exists()


def test_somebody_elses_import_is_not_there(people: People, as_: SignIn) -> None:
    address = send(as_(people.sam))["Location"]
    noor = as_(people.noor)
    assert noor.get(address).status_code == 404
    assert noor.get(f"{address}result/").status_code == 404
    assert noor.post(f"{address}undo/").status_code == 404
    assert noor.post(f"{address}discard/").status_code == 404
    assert as_(people.mara).get(address).status_code == 200  # managers see everybody's


def test_a_file_can_be_forgotten(people: People, as_: SignIn, uploads: Path) -> None:
    sam = as_(people.sam)
    address = send(sam)["Location"]
    sam.post(f"{address}discard/")
    assert ImportBatch.objects.count() == 0
    assert list(uploads.iterdir()) == []


def test_a_file_that_nobody_imports_is_forgotten_after_a_week(people: People, as_: SignIn, uploads: Path) -> None:
    sam = as_(people.sam)
    send(sam)
    ImportBatch.objects.update(created_at=timezone.now() - timedelta(days=8))
    send(sam)
    assert ImportBatch.objects.count() == len(list(uploads.iterdir())) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "x" * 400 + ".csv", "<img src=x>.csv"])
def test_a_files_name_is_only_a_name(name: str, people: People, as_: SignIn, uploads: Path) -> None:
    answer = send(as_(people.sam), name=name)
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        assert "<img" not in as_(people.sam).get(answer["Location"]).content.decode()
        assert len(list(uploads.iterdir())) == 1


def test_the_command_prints_what_became_of_every_row(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(TEXT)
    with pytest.raises(SystemExit) as stopped:
        call_command("import_contacts", str(path), "--json", "--user", "sam@example.com", "--map", "Programme=source")
    said = json.loads(capsys.readouterr().out)
    batch = ImportBatch.objects.get()
    assert stopped.value.code == 1
    assert said == {
        "rows": 4, "created": 2, "merged": 0, "skipped": 0, "import_id": batch.pk,
        "failed": [
            {"row": 3, "column": "E-mail", "reason": said["failed"][0]["reason"]},
            {"row": 4, "column": "", "reason": "The row has nothing in it."},
        ],
    }  # fmt: skip
    assert Contact.objects.get(first_name="Maria").source == "Nursing"
    call_command("undo_import", batch.pk)
    assert Contact.objects.alive().count() == 0
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE


def test_a_dry_run_of_the_command_keeps_nothing(
    people: People, tmp_path: Path, uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name\nMaria\n")
    call_command("import_contacts", str(path), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["created"] == 1
    assert Contact.objects.count() == ImportBatch.objects.count() == 0
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        ["nowhere.csv"],
        ["FILE", "--map", "None=email"],
        ["FILE", "--map", "Name=nothing"],
        ["FILE", "--user", "no@example.com"],
    ],
)
def test_the_command_says_in_one_line_what_it_lacks(given: list[str], db: None, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name\nMaria\n")
    with pytest.raises(CommandError, match=r"\.$"):
        call_command("import_contacts", *[str(path) if one == "FILE" else one for one in given])


def test_a_file_whose_letters_were_taken_wrong_is_read_again(people: People, as_: SignIn) -> None:
    mara = as_(people.mara)
    address = send(mara, "Имя;Почта\nИван;i@example.org\n".encode("cp1251"))["Location"]
    assert mara.post(address, {"step": "read", "encoding": "cp1251"})["Location"] == address
    page = mara.get(address).content.decode()
    assert "Имя" in page
    assert "Иван" in page
    batch = ImportBatch.objects.get()
    mara.post(address, {"step": "import"} | {f"column-{n}": one for n, one in enumerate(batch.mapping.values())})
    work()
    assert Contact.objects.get().first_name == "Иван"


@pytest.mark.parametrize("encoding", ["", "rot13", "utf-8", "utf-16", "a\x00"])
def test_an_encoding_that_it_cannot_be_in_is_refused_and_changes_nothing(
    people: People, as_: SignIn, encoding: str
) -> None:
    mara = as_(people.mara)
    address = send(mara, "Имя;Почта\nИван;i@example.org\n".encode("cp1251"))["Location"]
    before = ImportBatch.objects.values().get()
    answer = mara.post(address, {"step": "read", "encoding": encoding})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert ImportBatch.objects.values().get() == before


def test_the_part_that_shows_how_far_it_is_brings_no_whole_page(people: People, as_: SignIn) -> None:
    mara = as_(people.mara)
    send(mara)
    batch = ImportBatch.objects.get()
    asked = {"HX-Request": "true", "HX-Target": "div#import"}
    part = mara.get(f"/imports/{batch.pk}/result/", headers=asked).content.decode()
    assert "<nav" not in part
    assert 'id="import"' in part
    assert "<nav" in mara.get(f"/imports/{batch.pk}/result/").content.decode()


def test_deals_go_the_same_way_on_the_pages(people: People, as_: SignIn) -> None:
    ada = as_(people.ada)
    address = send(ada, "deal name,deal stage,amount\nOne,Engaging,5\nTwo,Won,6\n")["Location"]
    page = ada.get(address).content.decode()
    assert "What the words under “Stage” mean" in page
    batch = ImportBatch.objects.get()
    stage = Stage.objects.get(pipeline__name="Sales", name="Qualified")
    form = {f"column-{place}": batch.mapping[heading] for place, heading in enumerate(batch.options["headings"])}
    words = batch.options["words"]["stage"] | {"Engaging": str(stage.pk)}
    form |= {f"word-stage-{place}": meaning for place, meaning in enumerate(words.values())}
    ada.post(address, form | {"step": "check", "on_duplicate": "merge"})
    work()
    assert "Import 2 rows" in ada.get(f"{address}result/").content.decode()
    ada.post(address, {"step": "import", "as_checked": "1"})
    work()
    assert list(Deal.objects.order_by("pk").values_list("name", "stage__name")) == [
        ("One", "Qualified"),
        ("Two", "Won"),
    ]
    ada.post(f"{address}undo/")
    work()
    assert "Deals that it had made are deleted" in ada.get(f"{address}result/").content.decode()
    assert Deal.objects.alive().count() == 0


def test_what_a_file_holds_can_be_said_and_needs_its_right(people: People, as_: SignIn) -> None:
    sam = as_(people.sam)
    address = send(sam, "name,price\nOne,5\n")["Location"]
    assert sam.post(address, {"step": "kind", "kind": "products"}).status_code == 422
    assert sam.post(address, {"step": "kind", "kind": "deals"}).status_code == 302
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.mapping["name"]) == ("deals", "name")
    ImportBatch.objects.update(kind="products", mapping={"name": "name", "price": "price"})
    refused = sam.post(address, {"column-0": "name", "column-1": "price", "step": "import"})
    assert refused.status_code == 422
    assert "You may not add records of this kind" in refused.content.decode()


@pytest.mark.parametrize(
    ("rows", "button"), [("Maria,maria@example.org\n", "Import 1 row<"), ("Sam,sam@\n", None)], ids=("one", "none")
)
def test_the_button_says_how_many_rows_and_is_left_out_where_none_is_good(
    rows: str, button: str | None, people: People, as_: SignIn
) -> None:
    mara = as_(people.mara)
    address = send(mara, "First name,E-mail\n" + rows)["Location"]
    mapping = ImportBatch.objects.get().mapping
    mara.post(address, {f"column-{place}": mapping[one] for place, one in enumerate(("First name", "E-mail"))})
    work()
    checked = mara.get(f"{address}result/").content.decode()
    assert "Back to the columns" in checked
    assert ('value="import"' in checked) is (button is not None)
    if button:
        assert button in checked
