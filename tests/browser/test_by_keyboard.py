"""Records are kept by keyboard alone: each dialog takes the focus to its first field and gives it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.deals.making import NewDeal, create_deals
from crm.documents.requesting import NewRequest, request_documents
from crm.models import Contact, CustomField, Deal, Document, Invoice, Merge, Partner, Stage, User
from followups.models import FollowUpSet
from tests.browser.keyboard import choose, focused, opens, press, tab_to, write
from tests.factories import contact
from tests.people import People


def chosen(page: Page, file: Path) -> None:
    """Give the file to the field that has the focus. What Enter opens there is the system's own window, which a machine
    without a screen does not always bring up."""
    assert page.evaluate("document.activeElement.type") == "file"
    page.locator(":focus").set_input_files(file)


@pytest.fixture
def maria(people: People) -> Contact:
    return contact("Maria", last_name="Silva", owner=people.sam, created_at=timezone.now())


@pytest.fixture
def sam(people: People, sign_in: Callable[[User], None]) -> User:
    sign_in(people.sam)
    return people.sam


@pytest.fixture
def ada(people: People, sign_in: Callable[[User], None]) -> User:
    sign_in(people.ada)
    return people.ada


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def test_a_deal_is_made_moved_edited_and_lost(page: Page, sam: User, maria: Contact) -> None:
    opened(page, "/deals/")
    opens(page, "New deal")
    assert focused(page)["id"] == "id_name"
    page.keyboard.type("Student visa")
    tab_to(page, "Contact")
    page.keyboard.type("Maria")
    expect(page.get_by_role("option", name="Maria Silva")).to_be_visible()
    page.keyboard.press("Enter")
    write(page, "Amount", "1200")
    press(page, "Add the deal")
    expect(page.locator(".toast")).to_contain_text("Student visa")
    deal = Deal.objects.get()
    assert (deal.contact, deal.amount) == (maria, 1200)

    opened(page, f"/deals/{deal.pk}/")
    opens(page, "Move")
    assert "Contacted" in str(focused(page)["name"])  # the first that it may move to
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert "Move" in str(focused(page)["name"])
    opens(page, "Move")
    press(page, "Qualified")
    expect(page.locator("[aria-current=step]")).to_have_text("Qualified")
    assert "Move" in str(focused(page)["name"])

    press(page, "More")
    opens(page, "Edit")
    assert focused(page)["id"] == "id_name"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert focused(page)["name"] == "More"
    page.keyboard.press("Enter")
    opens(page, "Edit")
    write(page, "What may be sold", "Student visa, autumn")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("Student visa, autumn")
    assert focused(page)["name"] == "More"

    opens(page, "Lost")
    assert focused(page)["tag"] == "input"
    page.keyboard.press("Space")
    write(page, "Note", "Next year")
    press(page, "It is lost")
    expect(page.locator("main")).to_contain_text("Open again")
    assert Deal.objects.get().status == "lost"
    assert focused(page)["tag"] == "h1"  # what opened the dialog is no longer there
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_deal_is_won(page: Page, sam: User, maria: Contact) -> None:
    stage = Stage.objects.get(pipeline__name="Sales", name="New")
    [pk] = create_deals([NewDeal(name="Visa", stage_id=stage.pk, contact_id=maria.pk)], by=sam, now=timezone.now())
    opened(page, f"/deals/{pk}/")
    opens(page, "Won")
    assert focused(page)["tag"] == "input"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Open again")
    assert Deal.objects.get().status == "won"


def test_a_document_is_asked_for_received_and_approved(
    page: Page, sam: User, maria: Contact, tmp_path: Path, settings: Any
) -> None:
    settings.PRIVATE_DIR = tmp_path / "private"
    file = tmp_path / "passport.pdf"
    file.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    opened(page, f"/contacts/{maria.pk}/documents/ask/")
    assert focused(page)["id"] == "id_case_kind_id"
    choose(page, "Or one document", "Passport")
    press(page, "Ask for it")
    expect(page.locator(".toast")).to_contain_text("Asked for Passport")
    passport = Document.objects.get()

    opened(page, f"/documents/{passport.pk}/")
    opens(page, "Receive")
    tab_to(page, "Choose files")
    chosen(page, file)
    press(page, "Keep the files")
    expect(page.get_by_role("link", name="Approve")).to_be_visible()
    assert focused(page)["tag"] == "h1"
    opens(page, "Approve")
    assert focused(page)["id"] == "id_expires_on"
    page.keyboard.type("05202031")
    press(page, "Approve")
    expect(page.locator("main")).to_contain_text("Valid until")
    assert Document.objects.get().state == "approved"
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_document_is_rejected(page: Page, sam: User, maria: Contact) -> None:
    [pk] = request_documents([NewRequest(contact_id=maria.pk, name="Letter")], by=sam, now=timezone.now()).ids
    opened(page, f"/documents/{pk}/receive/")
    press(page, "It came on paper")
    page.wait_for_url(f"**/documents/{pk}/")
    opens(page, "Reject")
    assert focused(page)["id"] == "id_reason"
    page.keyboard.type("Cannot be read")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Cannot be read")
    assert Document.objects.get().state == "rejected"


def test_an_invoice_is_issued_and_paid(page: Page, sam: User, maria: Contact) -> None:
    opened(page, f"/invoices/new/?contact={maria.pk}")
    assert focused(page)["id"] == "id_amount"
    page.keyboard.type("300")
    press(page, "Issue the invoice")
    expect(page.locator("main")).to_contain_text("300")
    bill = Invoice.objects.get()

    opened(page, f"/invoices/{bill.pk}/")
    opens(page, "Note a payment")
    assert focused(page)["id"] == "id_amount"
    page.keyboard.press("Control+A")
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("200.00")
    assert "Note a payment" in str(focused(page)["name"])
    assert Invoice.objects.get().paid == 100
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_partner_is_added(page: Page, sam: User) -> None:
    opened(page, "/partners/")
    opens(page, "New partner")
    assert focused(page)["id"] == "id_name"
    page.keyboard.type("Alba College")
    choose(page, "Kind", "Inst")
    press(page, "Add the partner")
    expect(page.locator(".toast")).to_contain_text("Alba College")
    assert Partner.objects.get().kind == "institution"


def test_an_audience_is_described_with_three_tests(page: Page, ada: User, maria: Contact) -> None:
    opened(page, "/audiences/new/")
    assert focused(page)["id"] == "id_name"
    page.keyboard.type("Leads from Brazil")
    choose(page, "What to ask", "Lifecycle")
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    tab_to(page, "Value")
    page.keyboard.type("New")
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    for what in ("Country", "Tags"):
        press(page, "Add a test")
        page.wait_for_timeout(600)
        assert str(focused(page)["id"]).endswith("_what")  # straight to what was added
        page.keyboard.type(what)
        page.keyboard.press("Tab")
        page.wait_for_timeout(600)
    expect(page.locator("#condition .said")).to_contain_text("is a new lead")
    press(page, "Remove this test")
    page.wait_for_timeout(600)
    assert focused(page)["tag"] != "body"
    assert page.errors == []  # type: ignore[attr-defined]


def test_an_own_field_is_made(page: Page, ada: User) -> None:
    opened(page, "/settings/fields/")
    opens(page, "New field")
    assert focused(page)["id"] == "id_label"
    page.keyboard.type("Passport number")
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("Passport number")
    assert CustomField.objects.filter(label="Passport number").exists()
    assert "New field" in str(focused(page)["name"])


def test_a_set_of_follow_ups_is_made(page: Page, ada: User) -> None:
    opened(page, "/settings/sets/new/")
    assert focused(page)["id"] == "id_name"
    page.keyboard.type("After the first meeting")
    tab_to(page, "Template", tag="select")
    page.keyboard.press("ArrowDown")
    write(page, "Days after", "2")
    press(page, "Save the set")
    expect(page.locator("main")).to_contain_text("After the first meeting")
    assert FollowUpSet.objects.get(name="After the first meeting").items.count() == 1


def test_two_contacts_are_merged(page: Page, ada: User, maria: Contact) -> None:
    other = contact("Maria", last_name="da Silva", created_at=timezone.now() - timedelta(days=2))
    opened(page, f"/contacts/{maria.pk}/merge/")
    assert focused(page)["id"] == "id_q"
    page.keyboard.type("da silva")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=da**")
    press(page, "Maria da Silva")
    page.wait_for_url("**/contacts/merge/**")
    press(page, "Merge")
    expect(page.locator(".toast")).to_contain_text("Merged")
    assert Merge.objects.count() == 1
    assert Contact.objects.filter(pk__in=[maria.pk, other.pk], deleted_at__isnull=True).count() == 1
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_file_is_mapped_and_imported(page: Page, sam: User, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Name,E-mail\nAsha Rao,asha@example.org\n")
    opened(page, "/imports/new/")
    tab_to(page, "Choose")
    chosen(page, file)
    press(page, "Look at the columns")
    expect(page.get_by_role("heading", level=1)).to_have_text("What the columns mean")
    press(page, "Check every row")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("What the columns mean")
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_refused_form_begins_at_what_is_wrong(page: Page, ada: User) -> None:
    opened(page, "/audiences/new/")
    page.keyboard.type("Rich ones")
    choose(page, "What to ask", "Score")
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    press(page, "Save")
    expect(page.locator("#condition-0_problem")).to_be_visible()
    assert focused(page)["id"] == "condition-0_what"
