"""The three stories of records by hand, in a real browser: a deal moves and its follow-ups appear, a document comes and
its follow-up closes, an invoice is paid and nobody asks for it any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.due import run_until_quiet
from crm.models import Contact, Deal, Document, Invoice, User
from followups.models import FollowUp
from tests.people import People


@pytest.fixture
def maria(people: People) -> Contact:
    from tests.factories import contact

    return contact("Maria", last_name="Silva", owner=people.sam, created_at=timezone.now())


def work() -> None:
    """Let the workers do what the last step asks of them."""
    run_until_quiet(timezone.now())


def subjects(**which: Any) -> set[str]:
    return set(FollowUp.objects.open().filter(**which).values_list("subject", flat=True))


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """What is uploaded lies in the test's own directory."""
    settings.PRIVATE_DIR = tmp_path / "private"
    passport = tmp_path / "passport.pdf"
    passport.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    return passport


def test_a_deal_moves_and_its_follow_ups_appear(
    page: Page, people: People, maria: Contact, sign_in: Callable[[User], None]
) -> None:
    sign_in(people.sam)
    page.goto(f"/deals/new/?contact={maria.pk}")
    page.get_by_label("What may be sold").fill("Visa")
    page.locator("#main").get_by_role("button", name="Add").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Visa")
    work()
    visa = Deal.objects.get()
    page.goto(f"/deals/{visa.pk}/")
    panel = page.locator("#followups")
    expect(panel).to_contain_text("Get in touch with Maria about Visa")

    page.goto(f"/deals/{visa.pk}/move/")
    page.locator("#main").get_by_role("button", name="Proposal sent").click()
    page.wait_for_url(f"**/deals/{visa.pk}/")
    work()
    page.reload()
    expect(panel).to_contain_text("Ask Maria about the proposal: Visa")
    expect(panel).to_contain_text("Ask Maria again about the proposal: Visa")

    # A set by hand, in its dialog: what it would make is shown first.
    panel.get_by_role("link", name="Use a set").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Onboarding").click()
    expect(dialog).to_contain_text("Initial consultation call with Maria Silva")
    dialog.get_by_role("button", name="Make these 5").click()
    page.wait_for_url(f"**/deals/{visa.pk}/")
    expect(panel).to_contain_text("Initial consultation call with Maria Silva")
    assert len(subjects(deal=visa)) == 7
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_document_comes_and_its_follow_up_closes(
    page: Page, people: People, maria: Contact, files: Path, sign_in: Callable[[User], None]
) -> None:
    sign_in(people.sam)
    page.goto(f"/contacts/{maria.pk}/documents/ask/")
    page.get_by_label("Its name").fill("Passport")
    page.locator("#main form.form").get_by_role("button", name="Ask").first.click()
    page.wait_for_url(f"**/contacts/{maria.pk}/documents/")
    work()
    passport = Document.objects.get()
    page.goto(f"/documents/{passport.pk}/")
    panel = page.locator("#followups")
    expect(panel).to_contain_text("Remind Maria of Passport")

    page.goto(f"/documents/{passport.pk}/receive/")
    page.locator("#main input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Keep the files").click()
    page.wait_for_url(f"**/documents/{passport.pk}/")
    work()
    page.reload()
    expect(panel).to_contain_text("Nothing is planned")
    done = FollowUp.objects.get(document=passport)
    assert (done.status, done.completion_notes) == ("completed", "Passport was received.")
    assert page.errors == []  # type: ignore[attr-defined]


def test_an_invoice_is_paid_and_nobody_asks_for_it_any_more(
    page: Page, people: People, maria: Contact, sign_in: Callable[[User], None]
) -> None:
    sign_in(people.sam)
    page.goto(f"/invoices/new/?contact={maria.pk}")
    page.get_by_label("Amount", exact=True).fill("300")
    page.locator("#main form.form").get_by_role("button", name="Issue").first.click()
    page.wait_for_url("**/invoices/*/")
    work()
    bill = Invoice.objects.get()
    page.reload()
    panel = page.locator("#followups")
    expect(panel).to_contain_text("Second payment reminder for Maria Silva")
    assert len(subjects(invoice=bill)) == 3

    page.goto(f"/invoices/{bill.pk}/pay/")
    page.locator("#main form.form").get_by_role("button").first.click()
    page.wait_for_url(f"**/invoices/{bill.pk}/")
    work()
    page.reload()
    expect(panel).to_contain_text("Nothing is planned")
    assert not subjects(invoice=bill)
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_set_is_used_without_scripts(
    browser: Browser, live_server: Any, people: People, maria: Contact, context: Any, sign_in: Callable[[User], None]
) -> None:
    sign_in(people.sam)
    plain = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(f"/followups/sets/?contact={maria.pk}")
    page.get_by_role("button", name="Onboarding").click()
    page.get_by_role("button", name="Make these 5").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maria")
    assert len(subjects(contact=maria)) == 5
    plain.close()


def test_one_comes_back_from_a_set_for_several_to_the_list(
    page: Page, people: People, maria: Contact, sign_in: Callable[[User], None]
) -> None:
    sign_in(people.sam)
    page.goto("/contacts/")
    page.wait_for_load_state("networkidle")
    page.locator("tbody .pick input").first.click()
    page.locator(".bulk").get_by_role("button", name="Use a set").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Use a set")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")

    page.locator("tbody .pick input").first.click()
    page.locator(".bulk").get_by_role("button", name="Use a set").click()
    page.get_by_role("button", name="Onboarding").click()
    expect(page.locator("main")).to_contain_text("Initial consultation call with Maria Silva")
    page.get_by_role("button", name="Make these 5").click()
    expect(page.locator(".toast")).to_contain_text("Added 5 follow-ups")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Use a set")
    page.get_by_role("button", name="Make these 5").click()  # again: nothing is made twice
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    assert len(subjects(contact=maria)) == 5
    assert page.errors == []  # type: ignore[attr-defined]
