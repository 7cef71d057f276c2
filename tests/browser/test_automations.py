"""Automations are switched on with a second person's word, paused in a dialog, and brought back after being deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from automation.models import Automation
from tests.browser.automating import automations

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People

SignIn = Callable[["User"], None]


@pytest.fixture
def ids(morning: People) -> dict[str, int]:
    return automations(morning.mara)


def test_a_second_person_reads_of_it_and_confirms(
    page: Page, morning: People, sign_in: SignIn, ids: dict[str, int]
) -> None:
    sign_in(morning.mara)
    page.goto(f"/automations/{ids['for_all']}/")
    page.get_by_role("link", name="Publish version 1").click()
    page.get_by_role("button", name="Ask for a second word").click()
    expect(page.locator("#toasts")).to_contain_text("waits for a second person")
    sign_in(morning.ada)
    page.goto("/notifications/")
    page.get_by_text("asks you to confirm").first.click()
    page.get_by_role("button", name="Confirm and publish").click()
    expect(page.locator("#toasts")).to_contain_text("is active")
    assert Automation.objects.get(pk=ids["for_all"]).state == "active"


def test_it_is_paused_in_a_dialog_and_deleting_is_taken_back(
    page: Page, morning: People, sign_in: SignIn, ids: dict[str, int]
) -> None:
    sign_in(morning.mara)
    page.goto(f"/automations/{ids['automation']}/versions/")
    page.get_by_label("More", exact=True).click()
    page.get_by_role("link", name="Pause").click()
    dialog = page.locator("dialog#modal")
    expect(dialog).to_contain_text("4 people are inside")
    dialog.get_by_role("button", name="Pause").click()
    expect(page.locator("#main")).to_contain_text("Paused")
    page.get_by_label("More", exact=True).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("Deleted")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#row-{ids['automation']}")).to_contain_text("Paused")
    assert Automation.objects.alive().get(pk=ids["automation"]).state == "paused"
