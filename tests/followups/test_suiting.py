"""Templates are suggested by where a client stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm.models import User
from followups.models import FollowUp
from followups.reading.following import templates_for
from followups.reading.rows import rows_of
from tests.crm.deals.given import deal
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, followup, only
from tests.followups.pages import text
from tests.people import People

pytestmark = pytest.mark.usefixtures("at_now")


def suggested(people: People, one: FollowUp) -> list[str]:
    from crm.zones import zone

    [row] = rows_of(only(one), NOW, zone("UTC"))
    return [template.subject for template in templates_for(people.sam, row, NOW, zone_name="UTC") if template.suits]


def test_those_of_the_deals_stage_come_first_with_its_words(people: People) -> None:
    maria = contact("Maria", owner=people.sam, lifecycle="qualified")
    visa = deal("Visa", contact=maria, at="Negotiation")
    first, second, *_ = suggested(people, followup(maria, people.sam, deal_id=visa.pk))
    assert (first, second) == ("Ask Maria for the decision on Visa", "Settle the open points with Maria: Visa")


def test_without_a_deal_nothing_of_its_stages_is_suggested(people: People) -> None:
    found = suggested(people, followup(contact("Maria", owner=people.sam, lifecycle="new"), people.sam))
    assert found == ["Call Maria", "Try Maria again"]


def test_what_names_an_invoice_is_suggested_where_there_is_one(people: People) -> None:
    maria = contact("Maria", owner=people.sam, lifecycle="client")
    bill = invoice(maria, number="R-1")
    assert not any("R-1" in one for one in suggested(people, followup(maria, people.sam)))
    found = suggested(people, followup(maria, people.sam, invoice_id=bill.pk))
    assert "Second payment reminder for Maria: R-1" in found


def test_a_new_follow_up_begins_with_a_template_that_suits(people: People, as_: Callable[[User], Client]) -> None:
    maria = contact("Maria", owner=people.sam, lifecycle="qualified")
    visa = deal("Visa", contact=maria, at="Proposal sent")
    page = text(as_(people.sam).get(f"/followups/new/?contact={maria.pk}&deal={visa.pk}"))
    assert page.index("Ask about the proposal") < page.index("Other templates") < page.index("Confirm the assessment")


def test_a_template_is_filled_with_the_words_of_the_deal(people: People, as_: Callable[[User], Client]) -> None:
    from followups.models import FollowUpTemplate

    maria = contact("Maria", owner=people.sam)
    visa = deal("Visa", contact=maria)
    pk = FollowUpTemplate.objects.get(name="Ask about the proposal").pk
    page = text(as_(people.sam).get(f"/followups/new/?template={pk}&contacts={maria.pk}&deal={visa.pk}"))
    assert "Ask Maria about the proposal: Visa" in page
