"""The board in a real browser: a card is dragged, moved by keys, and moved without any script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.models import Contact, Deal, Stage
from tests.browser.dealing import dealings

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People


@pytest.fixture
def board(page: Page, morning: People, sign_in: Callable[[User], None]) -> Page:
    """Sam’s board, open."""
    dealings(Contact.objects.get(first_name="Jonas"), morning.sam)
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(morning.sam)
    page.goto("/deals/")
    page.wait_for_load_state("networkidle")
    return page


def card(page: Page, name: str) -> object:
    return page.locator(".deal", has_text=name)


def lane(page: Page, name: str) -> object:
    return page.locator(f'.cards[data-stage="{Stage.objects.get(pipeline__name="Sales", name=name).pk}"]')


def drag(page: Page, name: str, to: str) -> None:
    start = card(page, name).bounding_box()  # type: ignore[attr-defined]  # a locator
    end = lane(page, to).bounding_box()  # type: ignore[attr-defined]
    page.mouse.move(start["x"] + 60, start["y"] + 50)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 60, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + 30, steps=10)
    for shift in (4, 8, 4):  # the board settles after each card that makes room
        page.wait_for_timeout(200)
        page.mouse.move(end["x"] + 60 + shift, end["y"] + 30 + shift)
    page.mouse.up()


def test_a_dragged_card_stays_where_it_was_dropped_and_comes_back_with_undo(board: Page) -> None:
    drag(board, "Student visa, autumn", "Qualified")
    expect(board.locator(".toast")).to_contain_text("Moved Student visa, autumn to Qualified")
    expect(lane(board, "Qualified")).to_contain_text("Student visa, autumn")  # type: ignore[arg-type]
    assert Deal.objects.get(name="Student visa, autumn").stage.name == "Qualified"
    board.get_by_role("button", name="Undo").click()
    expect(lane(board, "New")).to_contain_text("Student visa, autumn")  # type: ignore[arg-type]


def test_what_is_dropped_on_lost_asks_why_before_it_is_lost(board: Page) -> None:
    lane(board, "Lost").scroll_into_view_if_needed()  # type: ignore[attr-defined]
    drag(board, "School placement", "Lost")
    dialog = board.get_by_role("dialog")
    expect(dialog).to_contain_text("Why it was lost")
    assert Deal.objects.get(name="School placement").status == "open"
    dialog.get_by_text("Bad time").click()
    dialog.get_by_role("button", name="It is lost").click()
    expect(lane(board, "Lost")).to_contain_text("School placement")  # type: ignore[arg-type]


def test_a_card_is_moved_with_two_keys(board: Page) -> None:
    board.get_by_role("link", name="Student visa, autumn", exact=True).focus()
    board.keyboard.press("m")
    expect(board.get_by_role("dialog")).to_contain_text("Move Student visa, autumn to")
    board.keyboard.press("3")
    expect(lane(board, "Qualified")).to_contain_text("Student visa, autumn")  # type: ignore[arg-type]


def test_a_card_is_moved_without_scripts(board: Page, browser: Browser) -> None:
    plain = browser.new_context(
        java_script_enabled=False, base_url=board.url.split("/deals")[0], storage_state=board.context.storage_state()
    )
    page = plain.new_page()
    page.goto("/deals/")
    page.get_by_role("link", name="Move Student visa, autumn to another stage").click()
    page.locator("main").get_by_role("button", name="Qualified").click()
    expect(page.locator(".toast")).to_contain_text("Moved Student visa, autumn to Qualified")
    plain.close()
