"""What is planned stands on a record's page from the first picture: nothing moves while it settles, scripts or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from crm.models import Contact, User
from followups.due import Due
from tests.browser.dealing import dealings
from tests.browser.papers import papers
from tests.factories import followup, partner
from tests.people import People

SHIFT = (
    "() => new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
    " if (!one.hadRecentInput) sum += one.value; }).observe({type: 'layout-shift', buffered: true});"
    " setTimeout(() => done(sum), 300); })"
)


@pytest.fixture
def addresses(morning: People) -> list[str]:
    """The pages of a contact, a deal, a document, an invoice and a partner, each with three follow-ups."""
    jonas, sam, now = Contact.objects.get(first_name="Jonas"), morning.sam, timezone.now()
    ids = {**papers(jonas, sam), **dealings(jonas, sam), "contact": jonas.pk, "partner": partner("Alba College").pk}
    for kind in ("contact", "deal", "document", "invoice", "partner"):
        for number in range(3):
            about = {} if kind == "contact" else {f"{kind}_id": ids[kind]}
            client = None if kind == "partner" else jonas
            followup(
                client,
                sam,
                subject=f"The {number + 1}. of the {kind}",
                due=Due(at=now + timedelta(hours=number + 1)),
                now=now,
                **about,
            )
    return [f"/{kind}s/{ids[kind]}/" for kind in ("contact", "deal", "document", "invoice", "partner")]


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_moves_while_a_records_page_settles(
    page: Page, morning: People, addresses: list[str], sign_in: Callable[[User], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
    sign_in(morning.sam)
    shifts = {}
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        expect(page.locator("#followups .todo a", has_text=f". of the {address.split('/')[1][:-1]}")).to_have_count(3)
        shifts[address] = round(page.evaluate(SHIFT), 4)
    assert all(shift < 0.02 for shift in shifts.values()), shifts


def test_what_is_planned_is_shown_without_scripts(
    browser: Browser,
    live_server: Any,
    context: Any,
    morning: People,
    addresses: list[str],
    sign_in: Callable[..., None],
) -> None:
    sign_in(morning.sam)
    plain = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    for address in addresses:
        page.goto(address)
        expect(page.locator("#followups .todo a", has_text=f". of the {address.split('/')[1][:-1]}")).to_have_count(3)
    plain.close()
