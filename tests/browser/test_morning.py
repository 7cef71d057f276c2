"""The morning's list, done with the keyboard alone; and again in a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from crm.models import User
from followups.models import FollowUp
from tests.people import People


def status(subject: str) -> str:
    return FollowUp.objects.get(subject=subject).status


def test_the_mornings_list_is_done_without_a_mouse(
    page: Page, morning: People, sign_in: Callable[[User], None]
) -> None:
    sign_in(morning.sam)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sam")
    press = page.keyboard.press

    press("f")  # start the focus queue: the clock of the new lead comes first
    expect(page.get_by_role("heading", name="Jonas Weber")).to_be_visible()
    press("1")
    expect(page.get_by_role("heading", name="Ahmed Farouk")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Completed “Initial contact”")).to_be_visible()
    press("z")  # take it back, and it is first again
    expect(page.get_by_role("heading", name="Jonas Weber")).to_be_visible()
    press("1")
    expect(page.get_by_role("heading", name="Ahmed Farouk")).to_be_visible()

    press("n")  # not this one now
    expect(page.get_by_role("heading", name="Maria Santos")).to_be_visible()
    page.get_by_label("What to remember").focus()
    page.keyboard.type("Wants September")
    press("Escape")  # out of the field, so that keys are actions again
    press("2")
    expect(page.get_by_role("heading", name="Elena Rossi")).to_be_visible()
    assert FollowUp.objects.get(subject="Call about visa options").completion_notes == "Wants September"

    press("d")  # somebody else does the check-in
    expect(page.get_by_role("dialog")).to_contain_text("open")
    press("1")
    expect(page.get_by_role("heading", name="Ahmed Farouk")).to_be_visible()
    press("s")  # the last one can wait until tomorrow
    expect(page.get_by_role("heading", name="You are through")).to_be_visible()

    press("g")
    press("u")  # the list
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow-ups")
    press("j")
    press("x")
    expect(page.get_by_role("dialog", name="How did it go?")).to_be_visible()
    press("1")
    expect(page.locator("#modal")).to_be_hidden()
    press("c")  # add one
    expect(page.get_by_role("dialog", name="New follow-up")).to_be_visible()
    page.keyboard.type("hassan")
    expect(page.get_by_role("option", name="Hassan Ali")).to_be_visible()
    press("Enter")
    press("Tab")
    page.keyboard.type("Ask how he is")
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="Added “Ask how he is”")).to_be_visible()

    assert status("Initial contact") == "completed"
    assert FollowUp.objects.get(subject="Monthly check-in").assignee != morning.sam
    assert FollowUp.objects.get(subject="Send document checklist").snooze_count == 1
    assert FollowUp.objects.get(subject="Ask how he is").contact.last_name == "Ali"
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_record_opens_beside_the_list_with_its_own_address(
    page: Page, morning: People, sign_in: Callable[[User], None]
) -> None:
    sign_in(morning.sam)
    page.goto("/followups/")
    first = page.locator("#main [data-open]").first
    first.click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", level=1)).to_have_text(first.text_content() or "")
    assert page.url.rstrip("/").split("/")[-1].isdigit()
    page.keyboard.press("ArrowRight")
    expect(drawer.get_by_role("heading", level=1)).not_to_have_text(first.text_content() or "")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert page.url.endswith("/followups/")


def test_ticked_rows_are_snoozed_away_by_one_bar(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    sign_in(morning.sam)
    page.goto("/followups/")
    page.get_by_label("Select Send document checklist").check()
    page.get_by_label("Select Call about visa options").check()
    page.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A new due date")
    page.get_by_role("button", name="In a week").click()
    expect(page.get_by_role("status").filter(has_text="Rescheduled 2 follow-ups")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
    assert FollowUp.objects.filter(reschedule_count__gt=0).count() == 0


def test_one_click_completes_and_the_row_answers_with_an_undo(
    page: Page, morning: People, sign_in: Callable[[User], None]
) -> None:
    sign_in(morning.sam)
    page.goto("/")
    page.get_by_role("button", name="Complete: Send document checklist").click()
    expect(page.get_by_text("Completed “Send document checklist”")).to_be_visible()
    assert status("Send document checklist") == "completed"
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Complete: Send document checklist")).to_be_visible()
    assert status("Send document checklist") == "pending"


def test_words_survive_a_page_that_went_stale(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    sign_in(morning.sam)
    one = FollowUp.objects.get(subject="Monthly check-in")
    page.goto(f"/followups/{one.pk}/edit/")
    page.get_by_label("What is to be done").fill("Monthly check-in, with agenda")
    FollowUp.objects.filter(pk=one.pk).update(version=one.version + 1, priority="urgent")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody changed this meanwhile")).to_be_visible()
    expect(page.get_by_label("What is to be done")).to_have_value("Monthly check-in, with agenda")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monthly check-in, with agenda")


@pytest.fixture
def plain_context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser in which scripts are off."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context
    context.close()


def test_the_daily_work_is_done_without_scripts(plain_context: BrowserContext, morning: People) -> None:
    page = plain_context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("sam@example.com")
    page.get_by_label("Password", exact=True).fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sam")

    page.get_by_role("link", name="Start focus").click()
    page.get_by_label("What to remember").fill("Call back in May")
    page.get_by_role("button", name="Spoke").click()
    expect(page.get_by_role("heading", name="Ahmed Farouk")).to_be_visible()
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("Snoozed “Send document checklist”")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Ahmed Farouk")).to_be_visible()
    page.get_by_role("link", name="Delegate").click()
    page.get_by_role("button", name="Noor").click()
    expect(page.get_by_text("Gave “Send document checklist” to Noor")).to_be_visible()

    page.goto("/followups/")
    page.get_by_label("Select Monthly check-in").check()
    page.get_by_role("button", name="Reschedule").click()
    page.get_by_label("Another day").fill("2027-01-05")
    page.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_text("Rescheduled 1 follow-up")).to_be_visible()
    page.get_by_role("link", name="Filter").first.click()
    page.get_by_label("Assignee").select_option("me")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("Review statement of purpose")).to_be_hidden()

    page.goto("/followups/new/")
    page.get_by_label("Client").select_option(label="Maria Santos")
    page.get_by_label("What is to be done").fill("Send the visa guide")
    page.get_by_role("button", name="Add the follow-up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send the visa guide")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Spoke").click()
    expect(page.get_by_text("Completed “Send the visa guide”")).to_be_visible()

    assert FollowUp.objects.get(subject="Initial contact").completion_notes == "Call back in May"
    assert FollowUp.objects.get(subject="Send document checklist").assignee == morning.noor
    assert status("Send the visa guide") == "completed"
