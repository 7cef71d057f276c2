"""An audience is built in the browser: it says live whom it describes and who fits, on a phone too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.audiences.filling import fill_waiting

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People


def test_an_audience_is_built_looked_at_and_made(
    page: Page, morning: People, sign_in: Callable[[User], None], axe: Callable[[Page], list[str]]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(morning.mara)
    page.goto("/audiences/new/")
    page.get_by_label("Name", exact=True).fill("Our clients")
    page.locator("#condition-0_what").select_option("field:lifecycle")
    page.locator("#condition-0_value").select_option("client")
    expect(page.locator("#condition .said")).to_contain_text("Everybody who is a client")
    expect(page.locator("#ahead")).to_contain_text("Ahmed Farouk")
    assert not axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our clients")
    expect(page.locator("main")).to_contain_text("It is being put together")
    expect(page.locator("main")).to_contain_text("Nobody is found yet")
    assert not axe(page)
    fill_waiting(timezone.now())
    expect(page.locator("main")).to_contain_text("Ahmed Farouk")  # without a reload
    expect(page.locator("main")).not_to_contain_text("It is being put together")
    assert not page.errors  # type: ignore[attr-defined]
