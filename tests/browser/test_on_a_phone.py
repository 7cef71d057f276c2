"""On a phone every list of records stands as cards: nothing is reached by pushing a table sideways."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page

from crm.contacts import NewContact, create_contacts
from crm.models import Contact, CustomField, User
from crm.models.custom_field import FieldKind
from tests.browser.dealing import dealings
from tests.browser.papers import papers
from tests.people import People

SIDEWAYS = (
    "() => [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1)"
    ".map(one => one.getAttribute('aria-label'))"
)


def test_no_table_is_pushed_sideways(page: Page, morning: People, sign_in: Callable[[User], None]) -> None:
    jonas = Contact.objects.get(first_name="Jonas")
    ids = {**papers(jonas, morning.sam), **dealings(jonas, morning.sam)}
    for number, kind in enumerate(FieldKind.values):
        CustomField.objects.create(slug=f"own-{kind}", label=f"What they said of {kind}", kind=kind, position=number)
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(morning.ada)
    wide = {}
    for address in (
        "/deals/",
        "/deals/list/",
        "/documents/?state=all",
        "/invoices/?state=all",
        f"/invoices/{ids['invoice']}/",
        "/partners/",
        "/audiences/",
        "/settings/fields/",
        "/settings/sets/",
        "/settings/pipelines/",
        "/settings/products/",
        "/settings/documents/",
        f"/settings/documents/cases/{ids['case_kind']}/",
    ):
        page.goto(address)
        if found := page.evaluate(SIDEWAYS):
            wide[address] = found
    assert wide == {}


def test_further_addresses_stand_in_their_column(page: Page, people: People, sign_in: Callable[[User], None]) -> None:
    row = NewContact(
        first_name="Maria", email="maria@example.org", other_emails=["m@example.org"], owner_id=people.sam.pk
    )
    [pk] = create_contacts([row], by=people.sam, now=timezone.now()).ids
    sign_in(people.sam)
    page.goto(f"/contacts/{pk}/")
    places = {
        page.get_by_role("link", name=name, exact=True).bounding_box()["x"]  # type: ignore[index]
        for name in ("maria@example.org", "m@example.org")
    }
    assert len(places) == 1
