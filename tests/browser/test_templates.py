"""Writing a template in a browser: the preview follows, fields go in at the cursor, blocks move, an SMS is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from messaging.models import MessageTemplate
from messaging.templating.segments import segments

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People


@pytest.fixture
def mara(page: Page, morning: People, sign_in: Callable[[User], None]) -> Page:
    sign_in(morning.mara)
    return page


def test_the_preview_follows_what_is_typed(mara: Page, live_server: Any) -> None:
    mara.set_viewport_size({"width": 390, "height": 844})
    mara.goto(f"{live_server.url}/templates/new/?start=check-in-sms")
    frame = mara.frame_locator("[name=preview]")
    expect(frame.locator(".bubble")).to_contain_text("we have not spoken for a while")
    mara.get_by_label("What it says").fill("Good morning, {{ contact.first_name|you }}")
    expect(frame.locator(".bubble")).to_contain_text("Good morning, ")
    mara.get_by_label("What it says").fill("Good morning, {{ contact.frist_name }}")
    expect(frame.locator(".problem")).to_contain_text("did you mean contact.first_name?")


def test_a_field_goes_in_at_the_cursor(mara: Page, live_server: Any) -> None:
    mara.goto(f"{live_server.url}/templates/new/?channel=sms")
    words = mara.get_by_label("What it says")
    words.fill("Hello !")
    words.press("ArrowLeft")
    mara.get_by_role("button", name="contact.first_name").click()
    expect(words).to_have_value("Hello {{ contact.first_name }}!")


def test_blocks_are_added_moved_and_removed_without_leaving_the_page(mara: Page, live_server: Any) -> None:
    mara.goto(f"{live_server.url}/templates/new/?channel=email")
    mara.get_by_label("Name").fill("Note")
    mara.get_by_role("textbox", name="Subject").fill("Hello")
    mara.locator("#id_b1-text").fill("The text")
    mara.get_by_role("button", name="Quote", exact=True).click()
    expect(mara.locator(".block-form")).to_have_count(4)
    mara.locator("#id_b2-text").fill("The quote")
    mara.get_by_role("button", name="Move block 3 up").click()
    expect(mara.locator("#id_b1-text")).to_have_value("The quote")
    expect(mara.get_by_role("button", name="Move block 2 up")).to_be_focused()
    mara.get_by_role("button", name="Remove block 1").click()
    expect(mara.locator(".block-form")).to_have_count(3)
    mara.get_by_role("button", name="Save").click()
    expect(mara.get_by_role("heading", level=1)).to_have_text("Note")
    text = MessageTemplate.objects.get().variants.get().text
    assert text.startswith("> The quote\n\nThe text")


@pytest.mark.parametrize(
    "text",
    ["Hello", "x" * 161, "€" * 81, "It’s", "😀" * 40, "a" * 152 + "€" + "a" * 152, "Hi {{ contact.city|there }}"],
)
def test_an_sms_is_counted_alike_here_and_there(mara: Page, live_server: Any, text: str) -> None:
    mara.goto(f"{live_server.url}/templates/new/?channel=sms")
    mara.get_by_label("What it says").fill(text)
    counted = segments(text.replace("{{ contact.city|there }}", "there"))
    expect(mara.locator("[data-parts-count]")).to_have_text(str(counted.segments))
    expect(mara.locator("[data-parts-units]")).to_have_text(str(counted.units))
    expect(mara.locator("[data-parts-code]")).to_have_text(counted.encoding)


def test_without_scripts_the_preview_comes_at_a_press(
    browser: Any, live_server: Any, morning: People, sign_in: Callable[[User], None], context: Any
) -> None:
    sign_in(morning.mara)
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(f"{live_server.url}/templates/new/?start=check-in-sms")
    page.get_by_role("button", name="Show").click()
    expect(page.frame_locator("[name=preview]").locator(".bubble")).to_contain_text("we have not spoken")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check-in")
    plain.close()
