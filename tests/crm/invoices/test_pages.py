"""Pages of invoices: the list, one invoice, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Invoice, Payment, User
from tests.crm.invoices.making import invoice, pay
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAST = {"issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 15)}


@pytest.fixture
def sam(people: People, as_: SignIn) -> Client:
    return as_(people.sam)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_shows_unpaid_ones_the_latest_first_and_sums_by_currency(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    invoice(mine, "100", **PAST)
    pay(invoice(mine, "70", number="PAID"), None)
    pay(invoice(mine, "50", currency="USD", issued_on=date(2026, 2, 1), due_on=date(9000, 1, 1)), 20)
    invoice(contact("Foreign"), "999")
    shown = text(sam.get("/invoices/"))
    assert "€100.00 and $30.00 still to come in" in shown
    assert "days overdue" in shown
    assert "$30.00</b> <span" in shown
    assert "Foreign" not in shown
    assert "PAID" not in shown
    assert "PAID" in text(sam.get("/invoices/?state=paid"))
    assert "$30" not in text(sam.get("/invoices/?state=overdue"))


def test_filters_by_owner_and_words(people: People, as_: SignIn) -> None:
    ada = as_(people.ada)
    invoice(contact("Maria", owner=people.sam), number="A-1")
    invoice(contact("Jonas", owner=people.noor), number="B-1")
    assert "Jonas" not in text(ada.get(f"/invoices/?owner={people.sam.pk}"))
    assert "Maria" not in text(ada.get("/invoices/?q=jon"))
    assert "Maria" not in text(ada.get("/invoices/?q=B-"))
    assert "No invoice fits" in text(ada.get("/invoices/?owner=me"))


@pytest.mark.parametrize(
    "query", ["state=never", "owner=99999999999999999999", "owner=x", "q=%00", "after=forged", "q=" + "x" * 5000]
)
def test_an_address_that_nobody_made_gets_an_answer(sam: Client, query: str) -> None:
    assert sam.get(f"/invoices/?{query}").status_code == 200


def test_the_list_costs_the_same_however_long_it_is(sam: Client, people: People) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sam.get("/invoices/")
        return len(asked)

    invoice(contact("First", owner=people.sam))
    cost()
    before = cost()
    for number in range(10):
        invoice(contact(f"C{number}", owner=people.sam))
    assert cost() == before


def test_pages_of_the_list_follow_each_other(people: People, as_: SignIn) -> None:
    who = contact("Maria")
    for number in range(55):
        invoice(who, number=f"N-{number:02}")
    ada = as_(people.ada)
    first = text(ada.get("/invoices/"))
    after = first.split('rel="next"')[0].split("after=")[-1].split('"')[0]
    assert "N-54" not in first
    assert "N-54" in text(ada.get(f"/invoices/?after={after}"))


def test_an_invoice_is_issued_once_however_often_one_clicks(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    said = {"contact": mine.pk, "amount": "1,204.50", "currency": "EUR", "issued_on": "2026-03-02", "once": "n1"}
    answer = sam.post("/invoices/new/", said)
    assert answer["Location"] == f"/invoices/{Invoice.objects.get().pk}/"
    assert sam.post("/invoices/new/", said)["Location"] == answer["Location"]
    assert Invoice.objects.count() == 1
    page = text(sam.get(answer["Location"]))
    assert "€1,204.50" in page
    assert "Maria" in page


def test_what_was_typed_stays_beside_the_reason(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    answer = sam.post(
        "/invoices/new/", {"contact": mine.pk, "amount": "-5", "currency": "EUR", "issued_on": "2026-03-02"}
    )
    assert answer.status_code == 422
    assert "An invoice asks for more than nothing." in text(answer)
    assert 'value="-5"' in text(answer)


def test_whose_it_is_is_asked_first(sam: Client, people: People) -> None:
    contact("Maria", owner=people.sam)
    contact("Foreign")
    page = text(sam.get("/invoices/new/"))
    assert "Maria" in page
    assert "Foreign" not in page
    assert sam.get("/invoices/new/?contact=99999999").status_code == 404


def test_a_payment_is_noted_once_and_too_much_is_refused_in_place(sam: Client, people: People) -> None:
    one = invoice(contact("Maria", owner=people.sam))
    answer = sam.post(f"/invoices/{one.pk}/pay/", {"amount": "500", "paid_on": "2026-03-02", "once": "p1"})
    assert answer.status_code == 422
    assert "€100.00 is open; €500.00 is more than that." in text(answer)
    said = {"amount": "40", "paid_on": "2026-03-02", "method": "Bank", "once": "p2"}
    for _ in range(2):
        assert sam.post(f"/invoices/{one.pk}/pay/", said).status_code == 302
    assert Payment.objects.count() == 1
    assert "€60.00 open" in text(sam.get(f"/invoices/{one.pk}/"))


def test_an_edit_of_a_changed_invoice_keeps_what_was_typed(sam: Client, people: People) -> None:
    one = invoice(contact("Maria", owner=people.sam))
    said = {"amount": "80", "currency": "EUR", "issued_on": "2026-03-02", "due_on": "2026-04-02", "number": one.number}
    answer = sam.post(f"/invoices/{one.pk}/edit/", said | {"version": "9"})
    assert answer.status_code == 422
    assert "Somebody changed this invoice meanwhile" in text(answer)
    assert sam.post(f"/invoices/{one.pk}/edit/", said | {"version": "1"}).status_code == 302
    one.refresh_from_db()
    assert one.amount == 80


def test_void_and_back(sam: Client, people: People) -> None:
    one = invoice(contact("Maria", owner=people.sam))
    assert sam.post(f"/invoices/{one.pk}/void/", {"reason": ""}).status_code == 422
    sam.post(f"/invoices/{one.pk}/void/", {"reason": "Sent twice"})
    assert "Void: Sent twice" in text(sam.get(f"/invoices/{one.pk}/"))
    sam.post(f"/invoices/{one.pk}/reopen/")
    one.refresh_from_db()
    assert one.state == "issued"


def test_a_contacts_tab_says_what_is_open_and_how_they_pay(sam: Client, people: People) -> None:
    mine = contact("Maria", owner=people.sam)
    page = text(sam.get(f"/contacts/{mine.pk}/invoices/"))
    assert "No invoices for Maria yet" in page
    invoice(mine, "100", **PAST)
    pay(invoice(mine, "50"))
    page = text(sam.get(f"/contacts/{mine.pk}/invoices/"))
    assert "€100.00" in page
    assert "one invoice overdue" in page
    assert "Paid the one invoice in time." in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_runs_nothing(people: People, as_: SignIn, form: str) -> None:
    invoice(contact('=HYPERLINK("http://evil")'), number="=1+1")
    answer = as_(people.ada).get(f"/invoices/export/?format={form}&state=all")
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content)
    if form == "csv":
        assert b"'=1+1" in body
        assert b"\n=" not in body
