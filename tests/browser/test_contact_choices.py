"""What contacts see: leaving and choosing, light and dark, on a desk and a phone, without scripts, without cookies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.consent import set_consent
from crm.models import Consent, Contact
from messaging.models import Message, Suppression
from messaging.tracking import tokens
from tests.browser.test_every_page import LOOKS, PICTURES

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People


@pytest.fixture
def maria(people: People) -> Contact:
    from tests.factories import contact

    now = timezone.now()
    who = contact("Maria", last_name="Silva", email="maria@example.com", phone="+5511987654321", owner=people.sam)
    set_consent([who.pk], "email", "payments", "withdrawn", "Preference page", None, now, "By the link in message 7")
    set_consent([who.pk], "sms", "marketing", "granted", "Noted by Sam Field", people.sam, now, "A call on Monday")
    Suppression.objects.create(
        channel="email", address="maria@example.com", reason="hard_bounce", detail="550 5.1.1", created_at=now
    )
    return who


def addresses(who: Contact) -> dict[str, str]:
    mail = Message(pk=7)
    return {
        "unsubscribe": f"/t/u/{tokens.unsubscribe_token(who.pk, 'email', 'marketing', mail.pk)}",
        "choices": f"/p/{tokens.preferences_token(who.pk, mail.pk)}/",
        "damaged": "/p/nonsense/",
        "robots": f"/t/c/{tokens.click_token(7, '')}",
        "gone": f"/p/{tokens.preferences_token(10**9)}/",
    }


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_of_contacts_let_everybody_in(
    page: Page, maria: Contact, axe: Callable[[Page], list[str]], theme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    folder = PICTURES / f"{theme}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []

    def look(name: str) -> None:
        page.screenshot(path=folder / f"public-{name}.png", full_page=True)
        wrong.extend(f"{name}: {found}" for found in axe(page))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name} is wider than the screen")

    for name, address in addresses(maria).items():
        page.goto(address)
        look(name)
    page.goto(addresses(maria)["unsubscribe"])
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    look("unsubscribed")
    page.goto(addresses(maria)["choices"])
    page.get_by_label("WhatsApp: payments").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("WhatsApp about “payments” is off.")).to_be_visible()
    look("choices-saved")
    page.get_by_label("No messages from").fill("20:00")
    page.get_by_role("button", name="Save").click()
    look("choices-wrong")
    assert not wrong, "\n".join(wrong)


def test_without_scripts_choices_are_saved_and_brought_back(browser: Browser, live_server: object, maria: Contact) -> None:  # fmt: skip
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(addresses(maria)["choices"])
    page.get_by_role("button", name="Stop all messages").click()
    assert Consent.objects.filter(contact=maria, topic="all", state="withdrawn").count() == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Brought back")).to_be_visible()
    assert not Consent.objects.filter(contact=maria, topic="all", state="withdrawn").exists()
    assert not context.cookies()
    context.close()


def test_a_contact_leaves_by_keyboard_alone_and_keeps_no_cookie(page: Page, maria: Contact) -> None:
    page.goto(addresses(maria)["unsubscribe"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert Consent.objects.get(contact=maria, topic="marketing", channel="email").state == "withdrawn"
    assert not page.context.cookies()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_colleague_sees_choices_history_and_stopped_addresses(
    page: Page, people: People, maria: Contact, sign_in: Callable[[User], None], theme: str, width: int,
    axe: Callable[[Page], list[str]],
) -> None:  # fmt: skip
    page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    sign_in(people.sam)
    page.goto(f"/contacts/{maria.pk}/contact-preferences/")
    folder = PICTURES / f"{theme}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / "contact-wishes-full.png", full_page=True)
    expect(page.get_by_text("A call on Monday", exact=True)).to_be_visible()
    expect(page.get_by_text("The address does not exist")).to_be_visible()
    assert axe(page) == []
