"""What is planned for a record stands on the record's own page, at the same cost however much it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.deals.making import NewDeal, create_deals
from crm.documents.requesting import NewRequest, request_documents
from crm.invoices.issuing import NewInvoice, issue
from crm.invoices.paying import NewPayment, note_payments
from crm.models import Contact, Organisation, Stage
from followups import transitions as do
from tests.factories import NOW, contact, followup, only, partner
from tests.followups.pages import queries, text
from tests.people import People

pytestmark = pytest.mark.django_db

KINDS = ["contact", "deal", "document", "invoice", "partner"]


@pytest.fixture
def records(people: People) -> dict[str, int]:
    """Maria, a deal, a document and an invoice of hers, and a partner: kind -> id."""
    maria, sam, stage = contact(owner=people.sam), people.sam, Stage.objects.order_by("pk").first()
    assert stage is not None
    return {
        "contact": maria.pk,
        "deal": create_deals([NewDeal(name="Visa", stage_id=stage.pk, contact_id=maria.pk)], by=sam, now=NOW)[0],
        "document": request_documents([NewRequest(contact_id=maria.pk, name="Letter")], by=sam, now=NOW).ids[0],
        "invoice": issue([NewInvoice(contact_id=maria.pk, amount=300)], by=sam, now=NOW).ids[0],
        "partner": partner("Alba College", owner_id=sam.pk).pk,
    }


def plan(people: People, records: dict[str, int], kind: str, subject: str) -> Any:
    about: dict[str, Any] = {} if kind == "contact" else {f"{kind}_id": records[kind]}
    client = None if kind == "partner" else Contact.objects.get(pk=records["contact"])
    return followup(client, people.sam, subject=subject, **about)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_shows_what_is_planned_and_what_was_done(
    kind: str, people: People, records: dict[str, int], as_: Callable[..., Client]
) -> None:
    plan(people, records, kind, "Ask how it went")
    done = plan(people, records, kind, "Say hello")
    do.complete(only(done), by=people.sam, now=NOW, outcome="done")
    page = text(as_(people.sam).get(f"/{kind}s/{records[kind]}/"))
    assert page.index("Ask how it went") < page.index("Say hello")
    assert '<ul class="todos">' in page
    assert 'hx-trigger="load"' not in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_costs_the_same_for_one_planned_and_for_thirty(
    kind: str, people: People, records: dict[str, int], as_: Callable[..., Client]
) -> None:
    sam, address = as_(people.sam), f"/{kind}s/{records[kind]}/"
    done = plan(people, records, kind, "Say hello")
    do.complete(only(done), by=people.sam, now=NOW, outcome="done")
    plan(people, records, kind, "Ask how it went")
    few = queries(sam, address)
    for number in range(30):
        plan(people, records, kind, f"Ask again {number}")
    assert queries(sam, address) == few


def test_a_paid_invoice_asks_for_nothing(people: People, records: dict[str, int], as_: Callable[..., Client]) -> None:
    address = f"/invoices/{records['invoice']}/"
    assert "nobody is set to do anything" in text(as_(people.sam).get(address))
    note_payments([NewPayment(invoice_id=records["invoice"], amount=300)], by=people.sam, now=NOW)
    assert "and nothing has to be" in text(as_(people.sam).get(address))


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_see_follow_ups_finds_none_on_the_page(
    kind: str, people: People, records: dict[str, int], as_: Callable[..., Client]
) -> None:
    plan(people, records, kind, "Ask how it went")
    rights = {"agent": {"followups.view": False}}
    Organisation.objects.update_or_create(pk=1, defaults={"role_permissions": rights})
    page = as_(people.sam).get(f"/{kind}s/{records[kind]}/")
    assert page.status_code == 200
    assert 'id="followups"' not in text(page)
