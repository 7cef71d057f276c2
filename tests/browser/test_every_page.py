"""Each page, light and dark, on a desk and on a phone: nobody shut out, no error, nothing wider than the screen."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from config.stylesheet import build
from crm.audiences.filling import fill_waiting
from crm.audiences.making import make_audience
from crm.models import Contact, RefusedEvent
from crm.partners.linking import link
from followups.models import FollowUp, FollowUpSet
from messaging.templating.catalogue import make
from messaging.templating.starters import STARTERS
from tests.browser.addresses import OF_A_MANAGER, OF_A_STRANGER, OF_AN_ADMINISTRATOR, PAGES
from tests.browser.automating import automations
from tests.browser.dealing import dealings
from tests.browser.papers import papers
from tests.browser.webhooks import webhooks
from tests.factories import followup, partner
from tests.servers import ROOT

if TYPE_CHECKING:
    from crm.models import Audience, User
    from tests.people import People

PICTURES = ROOT / ".local" / "screenshots"
#: Each theme and each width is seen by whoever runs the quick tests; the other pairs by the slow ones.
LOOKS = [
    pytest.param(theme, width, id=f"{theme}-{width}", marks=[pytest.mark.slow] if slow else [])
    for theme, width, slow in [("light", 1440, False), ("dark", 1440, True), ("light", 390, True), ("dark", 390, False)]
]
WHO = {
    **dict.fromkeys(OF_A_STRANGER, ""),
    **dict.fromkeys(PAGES, "sam"),
    **dict.fromkeys(OF_A_MANAGER, "mara"),
    **dict.fromkeys(OF_AN_ADMINISTRATOR, "ada"),
}
EVERY = {**OF_A_STRANGER, **PAGES, **OF_A_MANAGER, **OF_AN_ADMINISTRATOR}


@pytest.mark.timeout(400)  # a hundred pages, one after the other
@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_lets_everybody_in(
    page: Page,
    morning: People,
    sign_in: Callable[[User], None],
    axe: Callable[[Page], list[str]],
    theme: str,
    width: int,
) -> None:
    """One test a look, not a page: the data is made once, and all findings are shown at once."""
    page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    folder = PICTURES / f"{theme}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    pictures = bool(os.environ.get("TEST_PICTURES"))  # to look at; they take a quarter of the time
    jonas = Contact.objects.get(first_name="Jonas")
    ids = {
        "person": morning.noor.pk,
        **at_a_partners(jonas, morning.sam),
        **papers(jonas, morning.sam),
        **dealings(jonas, morning.sam),
        **automations(morning.mara),
        "contact": jonas.pk,
        "followup": FollowUp.objects.get(contact=jonas).pk,
        "template": make(STARTERS[0].label, STARTERS[0].drafts, by=morning.mara, now=timezone.now()).pk,
        "audience": clients(morning.mara).pk,
        "refused": RefusedEvent.objects.create(contact="late@example.org", kind="order_paid").pk,
        "set": FollowUpSet.objects.get(name="Onboarding").pk,
        "two": ",".join(str(pk) for pk in Contact.objects.order_by("pk").values_list("pk", flat=True)[:2]),
        "contacts": ",".join(str(pk) for pk in Contact.objects.order_by("pk").values_list("pk", flat=True)[:4]),
    }
    webhooks(jonas)
    wrong: list[str] = []
    signed_in = ""
    for name, address in EVERY.items():
        if WHO[name] != signed_in:
            signed_in = WHO[name]
            sign_in(getattr(morning, signed_in))
        answer = page.goto(address.format(**ids))
        if answer and answer.status >= 400 and name != "nothing-there":
            wrong.append(f"{name}: answered {answer.status}")
        if pictures:
            page.screenshot(path=folder / f"{name}.png", full_page=True)
        wrong += [f"{name}: {finding}" for finding in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name}: wider than the screen")
        expected = ["404"] if name == "nothing-there" and WHO[name] else []
        wrong += [f"{name}: {error}" for error in page.errors if not any(word in error for word in expected)]  # type: ignore[attr-defined]
        page.errors.clear()  # type: ignore[attr-defined]
    assert not wrong, "\n".join(wrong)


def at_a_partners(client: Contact, owner: User) -> dict[str, int]:
    """A partner with a client in common, and a follow-up that concerns it alone."""
    alba = partner("Alba College", kind="institution", city="Edinburgh", country="GB", phone="+441314960120", person="Morag Stewart",
                   email="office@alba.example.org", website="alba.example.org", notes="Answers on Tuesdays.", owner_id=owner.pk)  # fmt: skip
    link(alba, Contact.objects.filter(pk=client.pk), role="Applies to", by=owner, now=timezone.now())
    waits = followup(None, owner, partner_id=alba.pk, subject="Ask for the fee list", now=timezone.now())
    return {"partner": alba.pk, "partner_followup": waits.pk}


def clients(by: User) -> Audience:
    """An audience with members."""
    condition = {"field": "lifecycle", "op": "equals", "value": "client"}
    made = make_audience(name="Clients", kind="dynamic", condition=condition, by=by, now=timezone.now())
    fill_waiting(timezone.now())
    return made


def test_what_a_page_loads_is_light(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    scripts: dict[str, int] = {}

    def weigh(response: object) -> None:
        url = response.url  # type: ignore[attr-defined]
        if url.endswith(".js"):
            scripts[url] = len(gzip.compress(response.body()))  # type: ignore[attr-defined]

    page.on("response", weigh)
    sign_in(morning.sam)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert scripts, "no script was loaded"
    assert sum(scripts.values()) <= 60_000, scripts
    assert len(gzip.compress(build().read_bytes())) <= 30_000


def test_nothing_moves_while_a_page_settles(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    sign_in(morning.sam)
    for address in ("/", "/focus/", "/followups/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        shift = page.evaluate(
            "() => new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
            " if (!one.hadRecentInput) sum += one.value; }).observe({type: 'layout-shift', buffered: true});"
            " setTimeout(() => done(sum), 300); })"
        )
        assert shift == 0, (address, shift)


def test_every_icon_that_a_page_draws_is_in_the_sprite(
    page: Page, morning: People, sign_in: Callable[[User], None]
) -> None:
    sprite = (ROOT / "static" / "vendor" / "icons.svg").read_text()
    known = set(re.findall(r'id="([^"]+)"', sprite))
    sign_in(morning.sam)
    missing = set()
    for address in ("/", "/focus/", "/followups/"):
        page.goto(address)
        drawn = page.evaluate(
            "() => [...document.querySelectorAll('svg.i use')].map(use => use.getAttribute('href').split('#')[1])"
        )
        missing |= set(drawn) - known
    assert missing == set()
