"""The inbox in a real browser: a morning's answers by keyboard, without scripts, on a phone, and live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from messaging.models import ContactPolicy, Message, MessageTemplate, TemplateVariant
from tests.browser.talks import talks

if TYPE_CHECKING:
    from crm.models import Contact, User
    from tests.people import People

pytestmark = pytest.mark.browser


@pytest.fixture
def who(people: People, sign_in: Callable[[User], None]) -> dict[str, Contact]:
    """The morning's talks, and Sam signed in; nobody's quiet hours."""
    ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True, cap_per_day=None, gap_minutes=None)
    sign_in(people.sam)
    return talks(people, timezone.now())


def last() -> Message:
    return Message.objects.latest("pk")


def test_an_answer_is_written_sent_and_taken_back_by_keyboard_alone(page: Page, who: dict[str, Contact]) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Maria Santos", exact=True)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Maria Santos", level=1)).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.type("Yes, the bank letter is enough.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="leaves in 10 seconds")).to_be_visible()
    expect(page.locator(".bubble.ours").filter(has_text="Yes, the bank letter is enough.")).to_be_visible()
    assert (last().status, last().channel) == ("pending", "whatsapp")
    page.keyboard.press("z")
    expect(page.get_by_text("Taken back")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Yes, the bank letter is enough.")
    assert last().status == "suppressed"
    assert page.errors == []  # type: ignore[attr-defined]


def test_r_on_a_row_opens_it_ready_to_write(page: Page, who: dict[str, Contact]) -> None:
    page.goto("/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Ahmed Farouk", level=1)).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_nothing_to_answer_is_one_key_and_z_brings_it_back(page: Page, who: dict[str, Contact]) -> None:
    page.goto(f"/inbox/{who['Maria'].pk}/")
    page.keyboard.press("e")
    expect(page.get_by_text("no longer waits for an answer")).to_be_visible()
    expect(page.locator(".threads .thread")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator(".threads .thread")).to_have_count(2)


def test_a_double_click_sends_once(page: Page, who: dict[str, Contact]) -> None:
    page.goto(f"/inbox/{who['Maria'].pk}/")
    before = Message.objects.count()
    page.get_by_label("Message", exact=True).fill("Once is enough")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".bubble.ours").filter(has_text="Once is enough")).to_have_count(1)
    assert Message.objects.count() == before + 1


def test_segments_are_counted_while_typing_and_only_for_sms(page: Page, who: dict[str, Contact]) -> None:
    page.goto(f"/inbox/{who['Maria'].pk}/")
    counter = page.locator("[data-segments]")
    expect(counter).to_be_hidden()
    page.get_by_text("SMS", exact=True).click()
    words = page.get_by_label("Message", exact=True)
    words.fill("a" * 160)
    expect(counter).to_have_text("160 of 160 · 1 SMS")
    words.fill("a" * 161)
    expect(counter).to_have_text("161 of 306 · 2 SMS")
    words.fill("ł" + "a" * 69)
    expect(counter).to_contain_text("70 of 70 · 1 SMS · ł needs the long alphabet")
    page.get_by_text("E-mail", exact=True).click()
    expect(page.get_by_label("Subject")).to_be_visible()
    expect(counter).to_be_hidden()


def test_what_is_typed_survives_going_away(page: Page, who: dict[str, Contact]) -> None:
    page.goto(f"/inbox/{who['Maria'].pk}/")
    page.get_by_label("Message", exact=True).fill("Half a thought")
    page.goto("/")
    page.goto(f"/inbox/{who['Maria'].pk}/")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a thought")


def test_news_renew_the_list_and_the_talk_and_leave_the_words_alone(page: Page, who: dict[str, Contact]) -> None:
    from tests.messaging.inbox.talks import from_them

    page.goto(f"/inbox/{who['Maria'].pk}/")
    page.get_by_label("Message", exact=True).fill("Writing while they write")
    from_them(who["Maria"], "One more question", at=timezone.now(), channel="whatsapp")
    from_them(who["Elena"], "I am back", at=timezone.now(), channel="sms")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('refresh'))")
    expect(page.locator(".bubble.theirs").last).to_contain_text("One more question")
    expect(page.locator(".threads .thread")).to_have_count(3)
    expect(page.get_by_label("Message", exact=True)).to_have_value("Writing while they write")


def test_a_phone_shows_one_at_a_time(page: Page, who: dict[str, Contact]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/inbox/")
    page.get_by_role("link", name="Maria Santos", exact=True).click()
    expect(page.get_by_role("heading", name="Maria Santos", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Ahmed Farouk", exact=True)).to_be_hidden()
    page.get_by_label("Message", exact=True).fill("From the bus")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".bubble.ours").filter(has_text="From the bus")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("link", name="Ahmed Farouk", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Maria Santos", exact=True)).to_be_hidden()  # her answer is on its way


@pytest.fixture
def plain(browser: Browser, live_server: Any, people: People) -> Iterator[BrowserContext]:
    """A browser in which scripts are off."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context
    context.close()


def test_writing_works_without_scripts(plain: BrowserContext, people: People, live_server: Any) -> None:
    ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True, cap_per_day=None, gap_minutes=None)
    talks(people, timezone.now())
    now = timezone.now()
    template = MessageTemplate.objects.create(name="Papers", channel="whatsapp", created_at=now, updated_at=now)
    TemplateVariant.objects.create(template=template, language="en", text="Dear {{ contact.first_name }}, the list:")
    page = plain.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("sam@example.com")
    page.get_by_label("Password", exact=True).fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="Maria Santos", exact=True).click()
    page.get_by_text("Options").click()
    page.get_by_label("Template").select_option(label="Papers")
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Dear Maria, the list:")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("leaves in 10 seconds")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Dear Maria, the list:")
    page.get_by_role("button", name="Nothing to answer").first.click()
    expect(page.get_by_text("no longer waits for an answer")).to_be_visible()


def test_nothing_shuts_anybody_out(page: Page, who: dict[str, Contact], axe: Callable[[Page], list[str]]) -> None:
    wrong = []
    for theme, width in (("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for name in ("Maria", "Elena"):
            for address in (f"/inbox/{who[name].pk}/?tab=all", f"/contacts/{who[name].pk}/messages/"):
                page.goto(address)
                for fold in page.locator("details:not(.menu)").all():
                    fold.evaluate("fold => { fold.open = true; }")
                wrong += [f"{address} {theme} {width}: {finding}" for finding in axe(page)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wrong.append(f"{address} {width}: wider than the screen")
    assert wrong == []
    assert page.errors == []  # type: ignore[attr-defined]
