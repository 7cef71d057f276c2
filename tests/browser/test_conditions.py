"""The builder of conditions in a real browser: live with scripts, whole without, on a phone, and for everybody."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import contact

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People

pytestmark = pytest.mark.browser

BUILT = '{"all":[{"field":"country","op":"equals","value":"IN"},{"some":"deals","where":[],"count":{"op":"none"}}]}'


@pytest.fixture
def asha(people: People, sign_in: Callable[[User], None]) -> None:
    """Sam has a contact in India and one in Italy."""
    contact("Asha", country="IN", owner=people.sam)
    contact("Bruno", country="IT", owner=people.sam)
    sign_in(people.sam)


def _build(page: Page) -> None:
    """From India, and no deal; the focus stays where it was while the words follow."""
    page.get_by_label("What to ask").select_option("field:country")
    value = page.get_by_label("Value")
    value.focus()
    value.select_option("IN")
    expect(page.get_by_role("status").first).to_contain_text("Everybody who is from India 1 contact")
    expect(value).to_be_focused()
    page.get_by_role("button", name="Add a test").press("Enter")
    page.get_by_label("What to ask").nth(1).select_option("some:deals")
    page.get_by_label("How many").select_option("none")
    expect(page.get_by_role("status").first).to_contain_text("is from India and has no deal")


def test_it_says_what_it_means_while_one_builds_and_leads_to_the_list(page: Page, asha: None) -> None:
    page.goto("/conditions/for/contacts/?sort=-name")
    _build(page)
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("link", name="Asha")).to_be_visible()
    expect(page.get_by_role("link", name="Bruno")).to_have_count(0)
    assert unquote_plus(page.url).endswith(f"?sort=-name&where={BUILT}")
    page.get_by_role("link", name="Change conditions").click()
    expect(page.get_by_label("Value")).to_have_value("IN")
    assert page.errors == []  # type: ignore[attr-defined]


def test_what_is_typed_and_left_out_is_said_at_its_test(page: Page, asha: None) -> None:
    page.goto("/conditions/for/contacts/")
    page.get_by_label("What to ask").select_option("field:score")
    page.get_by_label("Value").fill("many")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("“many” is not a number.")).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value("many")


def test_without_scripts_the_same_form_does_it_all(browser: Browser, live_server: object, people: People) -> None:
    from django.conf import settings
    from django.test import Client

    contact("Asha", country="IN", owner=people.sam)
    client = Client()
    client.force_login(people.sam)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    url = live_server.url  # type: ignore[attr-defined]
    context = browser.new_context(base_url=url, java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    page = context.new_page()
    page.goto("/conditions/for/contacts/")
    page.get_by_label("What to ask").select_option("field:country")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Value").select_option("IN")
    page.get_by_role("button", name="Add a test").click()
    expect(page.get_by_label("Value")).to_have_value("IN")
    page.get_by_label("What to ask").nth(1).select_option("some:deals")
    page.get_by_role("button", name="Show", exact=True).nth(1).click()
    page.get_by_label("How many").select_option("none")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("link", name="Asha")).to_be_visible()
    assert unquote_plus(page.url).endswith(f"?where={BUILT}")
    context.close()


def test_nobody_is_shut_out(page: Page, asha: None, axe: Callable[[Page], list[str]]) -> None:
    wrong: list[str] = []
    page.goto(f"/conditions/for/followups/?where={BUILT}")
    page.get_by_role("button", name="Say which deals").click()
    page.get_by_label("What to ask").nth(1).select_option("field:status")
    page.get_by_label("How it compares").nth(1).select_option("in")
    page.get_by_role("button", name="Add a group").click()
    expect(page.get_by_label("How the tests go together")).to_have_count(2)
    for theme, width in product(("light", "dark"), (390, 1440)):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        wrong += [f"{theme} {width}: {finding}" for finding in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{theme} {width}: wider than the screen")
    assert not wrong, "\n".join(wrong)
