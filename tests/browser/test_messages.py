"""The bell, messages and one-click pages in a real browser: they please axe, and news rings live."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from crm.models import User
from followups.action_links import action_path
from followups.digest import send_digests
from followups.due import Due
from messaging.delivery import deliver_due
from messaging.models import Message
from messaging.notices import Notice, tell
from tests.factories import contact, followup
from tests.people import People

pytestmark = pytest.mark.browser

#: Where to keep pictures for looking at; none are kept unless it is set.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def sam(people: People, sign_in: Callable[[User], None]) -> User:
    """Sam, signed in, with a morning's mail behind him."""
    now = datetime.now(UTC)
    late = followup(
        contact("Maria", owner=people.sam),
        people.sam,
        subject="Call about the visa",
        priority="urgent",
        due=Due(at=now - timedelta(hours=5)),
        now=now - timedelta(days=1),
    )
    followup(contact("Hassan", owner=people.sam), people.sam, subject="Send the list", due=Due(on=now.date()), now=now)
    contact("Bao", owner=people.sam, lifecycle="client", created_at=now - timedelta(days=70))
    send_digests(now - timedelta(days=1))
    send_digests(now + timedelta(days=1))
    for n in range(3):
        words = {"url": f"/followups/{late.pk}/", "client": "Maria Santos", "due": "today 15:00"}
        tell([Notice(people.sam.pk, "reminder", f"Call Maria, number {n}", words, f"r{n}")], now=now)
    deliver_due(now + timedelta(days=1))
    sign_in(people.sam)
    return people.sam


def addresses(sam: User) -> dict[str, str]:
    mail = Message.objects.filter(user=sam, kind="digest").latest("pk")
    work = sam.followups.first()
    assert work is not None
    return {
        "bell": "/notifications/",
        "messages": "/messages/",
        "message": f"/messages/{mail.pk}/",
        "preferences": "/settings/notifications/",
        "action": action_path(sam.pk, work.pk, "complete", now=datetime.now(UTC)),
        "expired": action_path(sam.pk, work.pk, "complete", now=datetime.now(UTC) - timedelta(days=9)),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_shuts_anybody_out(
    page: Page, sam: User, axe: Callable[[Page], list[str]], scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    for name, address in addresses(sam).items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    expected = [error for error in page.errors if "410" not in error]  # type: ignore[attr-defined]
    assert expected == []


def test_the_button_of_a_mail_link_completes(page: Page, sam: User) -> None:
    page.goto(addresses(sam)["action"])
    page.get_by_role("button", name="Complete").click()
    page.get_by_text("Completed.").wait_for()


def test_on_a_phone_the_tab_that_one_is_on_is_in_sight(page: Page, sam: User) -> None:
    maria = contact("Maria", owner=sam)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/contacts/{maria.pk}/contact-preferences/")
    tab = page.locator(".tabs [aria-current=page]").bounding_box()
    assert tab is not None
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390
