"""Pages of documents: checklists, one document, its files, the list across contacts, the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.documents.filing import take_files
from crm.documents.requesting import renew
from crm.models import CaseKind, Document, DocumentKind, User
from tests.crm.documents.making import PDF, approved, document, kind, only
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Any) -> Path:
    """The folder of the test's own in which files lie."""
    settings.PRIVATE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def sam(people: People, as_: SignIn) -> Client:
    return as_(people.sam)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def file(name: str = "passport.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_checklist_is_asked_for_once_and_shows_its_progress(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    home = f"/contacts/{mine.pk}/documents/"
    assert "No documents for Maria yet" in text(sam.get(home))
    case = CaseKind.objects.get(name="Student visa")
    said = {"case_kind_id": case.pk, "once": "n1", "required": "on"}
    for _ in range(2):
        assert sam.post(f"{home}ask/", said)["Location"] == home
    assert Document.objects.count() == 7
    assert "0 of 6 approved" in text(sam.get(home))
    passport = Document.objects.get(name="Passport")
    sam.post(f"/documents/{passport.pk}/receive/", {"how": "paper"})
    sam.post(f"/documents/{passport.pk}/approve/", {"expires_on": "2035-01-01"})
    assert "1 of 6 approved" in text(sam.get(home))


def test_asking_for_nothing_or_twice_is_refused_in_place(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    answer = sam.post(f"/contacts/{mine.pk}/documents/ask/", {})
    assert answer.status_code == 422
    assert "Choose a checklist or a document, or name one." in text(answer)
    document(mine)
    answer = sam.post(f"/contacts/{mine.pk}/documents/ask/", {"kind_id": kind().pk})
    assert "Passport is asked for already" in text(answer)


def test_a_file_goes_in_and_comes_out_to_be_saved_only(sam: Client, people: People) -> None:
    one = document(contact("Maria", owner=people.sam))
    answer = sam.post(f"/documents/{one.pk}/receive/", {"files": [file(), file("back.pdf")]})
    assert answer.status_code == 302
    first = one.files.order_by("pk").first()
    assert first is not None
    answer = sam.get(f"/documents/{one.pk}/files/{first.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="passport.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    sam.post(f"/documents/{one.pk}/files/{first.pk}/remove/")
    assert sam.get(f"/documents/{one.pk}/files/{first.pk}/").status_code == 404
    assert "back.pdf" in text(sam.get(f"/documents/{one.pk}/"))


def test_a_file_that_lies_is_refused_with_what_it_is(sam: Client, people: People) -> None:
    one = document(contact("Maria", owner=people.sam))
    answer = sam.post(f"/documents/{one.pk}/receive/", {"files": [file(content=b"MZ" + bytes(99)), file("good.pdf")]})
    assert answer.status_code == 422
    assert "inside it is a Windows program" in text(answer)
    assert one.files.count() == 1
    assert "Choose a file" in text(sam.post(f"/documents/{one.pk}/receive/", {}))


def test_a_file_of_another_document_is_not_handed_out_here(sam: Client, people: People) -> None:
    mine, foreign = document(contact("Maria", owner=people.sam)), document(contact("Foreign"))
    for one in (mine, foreign):
        take_files(only(one), [("a.pdf", file())], by=None, now=timezone.now())
    theirs = foreign.files.get().pk
    assert sam.get(f"/documents/{foreign.pk}/files/{theirs}/").status_code == 404
    assert sam.get(f"/documents/{mine.pk}/files/{theirs}/").status_code == 404
    assert sam.get(f"/documents/{mine.pk}/files/{2**70}/").status_code == 404


def test_bytes_that_are_gone_are_a_404(sam: Client, people: People, kept: Path) -> None:
    one = document(contact("Maria", owner=people.sam))
    take_files(only(one), [("a.pdf", file())], by=None, now=timezone.now())
    (kept / one.files.get().path).unlink()
    assert sam.get(f"/documents/{one.pk}/files/{one.files.get().pk}/").status_code == 404


def test_reject_asks_for_a_reason(sam: Client, people: People) -> None:
    one = approved(contact("Maria", owner=people.sam))
    assert "Say what is wrong with it" in text(sam.post(f"/documents/{one.pk}/reject/", {}))
    sam.post(f"/documents/{one.pk}/reject/", {"reason": "Cut off", "due_on": "2030-01-01"})
    page = text(sam.get(f"/documents/{one.pk}/"))
    assert "Rejected: “Cut off”" in page


def test_an_edit_names_only_what_differs(sam: Client, people: People) -> None:
    one = approved(contact("Maria", owner=people.sam))
    said = {"name": "Passport", "kind_id": one.kind_id, "expires_on": "2035-01-01", "required": "on"}
    assert sam.post(f"/documents/{one.pk}/edit/", said).status_code == 302
    assert "changed last day" in text(sam.get(f"/documents/{one.pk}/"))
    assert sam.post(f"/documents/{one.pk}/edit/", said | {"name": ""}).status_code == 422


def test_a_renewed_document_moves_to_those_of_before(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    old = approved(mine, timezone.now().date() + timedelta(days=20))
    home = f"/contacts/{mine.pk}/documents/"
    assert "20 days left" in text(sam.get(home))
    assert sam.post(f"/documents/{old.pk}/renew/").status_code == 302
    assert "a new one is asked for" in text(sam.get(home))
    new = Document.objects.get(replaces=old)
    sam.post(f"/documents/{new.pk}/receive/", {"how": "paper"})
    assert "One that was replaced" in text(sam.get(home))
    assert "has taken its place" in text(sam.get(f"/documents/{old.pk}/"))


def test_the_list_shows_what_waits_across_contacts(sam: Client, people: People) -> None:
    mine, today = contact("Maria", owner=people.sam), timezone.now().date()
    document(mine, "Awaited letter", due_on=today - timedelta(days=3))
    approved(mine, today + timedelta(days=20))
    document(contact("Foreign"), "Foreign letter")
    assert "Nothing to look at" in text(sam.get("/documents/"))
    page = text(sam.get("/documents/?state=awaited"))
    assert "Awaited letter" in page
    assert "Foreign letter" not in page
    assert "20 days left" in text(sam.get("/documents/?state=expiring"))
    renew(Document.objects.filter(name="Passport"), by=None, now=timezone.now())
    assert "Maria" in text(sam.get("/documents/?state=all&q=mar"))


@pytest.mark.parametrize("query", ["state=never", "owner=99999999999999999999", "q=%00", "after=x", "q=" + "%25" * 500])
def test_an_address_that_nobody_made_gets_an_answer(sam: Client, query: str) -> None:
    assert sam.get(f"/documents/?{query}").status_code == 200


@pytest.mark.parametrize("which", ["list", "tab"])
def test_pages_cost_the_same_however_much_they_show(sam: Client, people: People, which: str) -> None:
    mine = contact("Maria", owner=people.sam)
    address = "/documents/?state=all" if which == "list" else f"/contacts/{mine.pk}/documents/"

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            sam.get(address)
        return len(asked)

    document(mine, "First")
    cost()
    before = cost()
    for number in range(10):
        one = document(mine, f"Letter {number}")
        take_files(only(one), [("a.pdf", file())], by=None, now=timezone.now())
    assert cost() == before


def test_kinds_and_cases_are_made_and_put_away(people: People, as_: SignIn) -> None:
    ada = as_(people.ada)
    said = {"name": "Driving licence", "expires": "on", "warn_days": "30, 90"}
    assert ada.post("/settings/documents/kinds/new/", said).status_code == 302
    made = DocumentKind.objects.get(name="Driving licence")
    assert made.warn_days == [90, 30]
    assert "already" in text(ada.post("/settings/documents/kinds/new/", said))
    assert "numbers of days" in text(ada.post("/settings/documents/kinds/new/", said | {"warn_days": "soon"}))
    case = {"name": "Move abroad", f"item-{made.pk}": "on", f"days-{made.pk}": "14"}
    assert ada.post("/settings/documents/cases/new/", case).status_code == 302
    item = CaseKind.objects.get(name="Move abroad").items.get()
    assert (item.kind, item.required, item.due_days) == (made, False, 14)
    assert ada.post("/settings/documents/cases/new/", {"name": "Empty"}).status_code == 422
    assert ada.post("/settings/documents/cases/new/", case | {f"days-{made.pk}": "x"}).status_code == 422
    ada.post(f"/settings/documents/kinds/{made.pk}/archive/")
    assert "Bring back" in text(ada.get("/settings/documents/"))


def test_other_warnings_hold_for_what_there_is(people: People, as_: SignIn) -> None:
    one = approved(contact(), timezone.now().date() + timedelta(days=100))
    said = {"name": "Passport", "expires": "on", "warn_days": "10"}
    as_(people.ada).post(f"/settings/documents/kinds/{kind().pk}/", said)
    one.refresh_from_db()
    assert one.look_on == timezone.now().date() + timedelta(days=90)


def test_an_old_form_does_not_undo_what_somebody_else_changed(people: People, sam: Client) -> None:
    one = document(contact(owner=people.sam), "Letter")
    Document.objects.filter(pk=one.pk).update(name="Letter of offer", version=one.version + 1)
    said = {"name": "Letter", "due_on": "2027-01-05", "version": one.version}
    answer = sam.post(f"/documents/{one.pk}/edit/", said)
    assert (answer.status_code, "Somebody changed this first" in text(answer)) == (422, True)
    one.refresh_from_db()
    assert (one.name, one.due_on) == ("Letter of offer", None)
