"""What was refused at an address holds for whoever is made anew with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.consent import grant
from crm.contacts import NewContact, create_contacts
from crm.dispatching import dispatch_pending
from crm.models import Consent, Contact
from messaging.inbox.ways import ways_to
from messaging.opting_out import opt_out
from tests.factories import NOW, contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]

LATER = NOW + timedelta(days=1)


def made_anew(**fields: object) -> Contact:
    made = create_contacts([NewContact(first_name="Ana", **fields)], by=None, now=LATER)  # type: ignore[arg-type]
    dispatch_pending(LATER)
    return Contact.objects.get(pk=made.ids[0])


def gone(**fields: object) -> None:
    ana = contact("Ana", email="ana@example.org", phone="+4917012345678")
    opt_out([ana.pk], source="link in a mail", by=None, now=NOW, **fields)  # type: ignore[arg-type]
    Contact.objects.filter(pk=ana.pk).update(deleted_at=NOW)


def test_who_is_deleted_and_made_anew_gets_nothing_that_they_refused() -> None:
    gone(channel="email", topic="marketing")
    ana = made_anew(email="ana@example.org")
    said = Consent.objects.get(contact=ana)
    assert (said.channel, said.topic, said.state) == ("email", "marketing", "withdrawn")
    assert ways_to(ana.pk, topic="marketing", now=LATER).of("email").verdict.rule == "opted_out"
    assert not ways_to(ana.pk, topic="service", now=LATER).of("email").shut


def test_a_phone_number_is_known_again_too() -> None:
    gone()
    ana = made_anew(phone="+4917012345678")
    assert set(Consent.objects.filter(contact=ana).values_list("channel", "topic")) == {
        ("sms", "all"),
        ("whatsapp", "all"),
    }


def test_what_they_say_themselves_counts() -> None:
    gone(channel="email", topic="marketing")
    made = create_contacts([NewContact(first_name="Ana", email="ana@example.org")], by=None, now=LATER)
    grant(Contact.objects.filter(pk=made.ids[0]), channel="email", topic="marketing", source="form", by=None, now=LATER)
    dispatch_pending(LATER)
    assert Consent.objects.get(contact=made.ids[0]).state == "granted"


def test_an_address_that_nobody_had_brings_nothing_along() -> None:
    gone()
    assert not Consent.objects.filter(contact=made_anew(email="new@example.org")).exists()
