"""Three stories through the pages that people use, days passing as `manage.py tick` lets them pass: a stage is entered, a
document expires, an invoice is paid late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from crm.due import run_until_quiet
from crm.models import Contact, Deal, Document, DocumentKind, Invoice, Organisation
from followups.models import Escalation, FollowUp
from messaging.models import Message
from tests.crm.deals.given import reason, stage
from tests.factories import NOW, contact
from tests.followups.happening import open_of, subjects
from tests.followups.pages import text
from tests.people import People


class House:
    """The product on a day of one's choice, with Sam at its pages."""

    def __init__(self, people: People, clock: Any) -> None:
        self.people, self.clock, self.sam = people, clock, Client()
        self.sam.force_login(people.sam)

    def on(self, day: date, hour: int = 9) -> None:
        """Let the day come, and do all that is due by then."""
        self.clock.move_to(datetime.combine(day, time(hour), UTC))
        self.sam.force_login(self.people.sam)
        self.tick()

    def tick(self) -> None:
        failed: set[str] = set()
        run_until_quiet(datetime.now(UTC), failed=failed)
        assert not failed

    def send(self, path: str, **said: Any) -> None:
        """Send a form, and let the workers do what follows."""
        answer = self.sam.post(path, said)
        assert answer.status_code == 302, text(answer)[:3000]
        self.tick()

    def page(self, path: str) -> str:
        answer = self.sam.get(path)
        assert answer.status_code == 200
        return text(answer)

    def complete(self, subject: str, outcome: str) -> None:
        self.send(f"/followups/{open_of(subject=subject).get().pk}/complete/", outcome=outcome)


@pytest.fixture
def people(db: None) -> People:
    from tests.people import everybody

    # Nobody is checked in with at night, so that the stories see their own follow-ups only.
    Organisation.objects.update(check_ins_per_person=0, time_zone="UTC")
    return everybody()


@pytest.fixture
def house(people: People) -> Iterator[House]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield House(people, clock)


@pytest.fixture
def maria(people: People) -> Contact:
    return contact("Maria", last_name="Silva", owner=people.sam, lifecycle="qualified", last_two_way_at=NOW)


def test_a_stage_is_entered_and_its_follow_ups_appear(house: House, maria: Contact) -> None:
    house.send(
        "/deals/new/", name="Visa", contact_id=maria.pk, stage_id=stage("New").pk, currency="EUR", amount="1200",
        owner_id=house.people.sam.pk,
    )  # fmt: skip
    visa = Deal.objects.get()
    panel = f"/deals/{visa.pk}/followups/"
    assert "Get in touch with Maria about Visa" in house.page(panel)
    house.complete("Get in touch with Maria about Visa", "spoke")

    house.send(f"/deals/{visa.pk}/move/", to=str(stage("Proposal sent").pk))
    assert subjects(open_of(deal=visa)) == [
        ("Ask Maria about the proposal: Visa", date(2026, 3, 5)),
        ("Ask Maria again about the proposal: Visa", date(2026, 3, 9)),
    ]
    house.on(date(2026, 3, 5))
    house.complete("Ask Maria about the proposal: Visa", "spoke")

    house.send(f"/deals/{visa.pk}/lose/", reason=reason("Price").pk)
    assert not open_of(deal=visa).exists()
    shown = house.page(panel)
    assert "Nothing is planned" in shown
    last = FollowUp.objects.get(subject="Ask Maria again about the proposal: Visa")
    assert (last.status, last.cancel_reason) == ("cancelled", "The deal was lost")


@pytest.mark.parametrize("answer", ["is_acting", "not_interested"])
def test_a_document_expires(house: House, maria: Contact, answer: str) -> None:
    kind = DocumentKind.objects.create(name="Travel paper", expires=True)
    house.send(f"/contacts/{maria.pk}/documents/ask/", kind_id=kind.pk, name="Passport", required="on")
    passport = Document.objects.get()
    assert subjects(open_of(document=passport)) == [("Remind Maria of Passport", date(2026, 3, 5))]
    house.send(f"/documents/{passport.pk}/receive/", how="paper")
    assert not open_of(document=passport).exists()
    end = date(2027, 3, 1)
    house.send(f"/documents/{passport.pk}/approve/", expires_on=end.isoformat())

    house.on(end - timedelta(days=181))
    assert not open_of(document=passport).exists()
    house.on(end - timedelta(days=180))
    inform = open_of(document=passport).get()
    assert inform.subject == "Inform Maria about renewal: Passport expires on 1 Mar 2027"
    assert inform.priority == "medium"
    house.complete(inform.subject, answer)
    if answer == "not_interested":
        for days in (90, 30, 1):
            house.on(end - timedelta(days=days))
        assert not open_of(document=passport).exists()
        return

    check = open_of(document=passport).get()
    assert (check.subject, check.due_on) == (
        "Check renewal status with Maria: Passport", end - timedelta(days=150),
    )  # fmt: skip
    house.on(end - timedelta(days=90))
    assert open_of(document=passport).get().priority == "high"
    house.on(end - timedelta(days=30))
    assert open_of(document=passport).get().priority == "urgent"
    house.on(end - timedelta(days=28))  # the last warning came on a Saturday
    assert Message.objects.filter(kind="escalation", user=house.people.mara).exists()

    house.send(f"/documents/{passport.pk}/renew/")
    renewed = Document.objects.exclude(pk=passport.pk).get()
    house.send(f"/documents/{renewed.pk}/receive/", how="paper")
    assert not open_of(document=passport).exists()
    assert FollowUp.objects.get(pk=check.pk).completed_by is None


def test_an_invoice_is_paid_late(house: House, maria: Contact) -> None:
    house.send(
        "/invoices/new/", contact=maria.pk, amount="300", currency="EUR", issued_on="2026-03-02",
        due_on="2026-03-09", number="R-1",
    )  # fmt: skip
    bill = Invoice.objects.get()
    assert [(one.subject, one.priority, one.due_by.date()) for one in open_of(invoice=bill).order_by("due_by")] == [
        ("Remind Maria Silva of the payment: R-1", "medium", date(2026, 3, 6)),
        ("Second payment reminder for Maria Silva: R-1", "high", date(2026, 3, 10)),
        ("Call Maria Silva about payment of R-1", "urgent", date(2026, 3, 12)),
    ]
    house.on(date(2026, 3, 5))
    house.complete("Remind Maria Silva of the payment: R-1", "done")

    house.on(date(2026, 3, 10))  # the second reminder of the 9th was left lying, and the invoice is overdue
    second = open_of(invoice=bill).earliest("due_by")
    assert second.status == "missed"
    house.on(date(2026, 3, 11))
    house.on(date(2026, 3, 12))
    assert Escalation.objects.filter(followup=second, closed_at__isnull=True).exists()
    assert Message.objects.filter(kind="escalation", user=house.people.mara).exists()

    house.send(f"/invoices/{bill.pk}/pay/", amount="100", paid_on="2026-03-12", once="1")
    assert open_of(invoice=bill).count() == 2
    assert "€100.00 of €300.00 is paid" in house.page(f"/followups/{second.pk}/")
    house.complete("Call Maria Silva about payment of R-1", "arranged")

    house.on(date(2026, 3, 16))
    house.send(f"/invoices/{bill.pk}/pay/", amount="200", paid_on="2026-03-16", once="2")
    assert not open_of(invoice=bill).exists()
    assert not Escalation.objects.filter(closed_at__isnull=True).exists()
    assert "Nothing is planned" in house.page(f"/invoices/{bill.pk}/followups/")
    told = Message.objects.filter(kind="escalation").count()
    house.on(date(2026, 4, 16))
    assert Message.objects.filter(kind="escalation").count() == told
