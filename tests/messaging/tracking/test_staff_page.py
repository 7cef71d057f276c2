"""The same choices for colleagues, with how they came about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from crm.consent import forget, set_consent
from crm.models import Consent, Event
from messaging.consent_log import consent_log
from messaging.models import ContactPreference, Suppression
from tests.messaging.tracking.conftest import NOW
from tests.messaging.tracking.test_pages import states, wishes

if TYPE_CHECKING:
    from crm.models import Contact
    from tests.people import People


@pytest.fixture
def sam(people: People, maria: Contact) -> Client:
    maria.owner = people.sam
    maria.save()
    client = Client()
    client.force_login(people.sam)
    return client


def page(who: Contact) -> str:
    return f"/contacts/{who.pk}/contact-preferences/"


def sent(who: Contact, **changed: Any) -> dict[str, Any]:
    return wishes(who, **changed)


def test_a_colleague_notes_what_they_said_with_source_proof_and_person(sam: Client, maria: Contact, people: People) -> None:  # fmt: skip
    allow = [pair for pair in wishes(maria)["allow"] if pair != "sms:classes"]
    answer = sam.post(page(maria), sent(maria, allow=allow, weekends="no", proof="A call on Monday"))
    assert answer["Location"] == page(maria)
    kept = Consent.objects.get()
    assert (kept.channel, kept.topic, kept.state) == ("sms", "classes", "withdrawn")
    assert (kept.source, kept.proof, kept.recorded_by) == ("Noted by Sam", "A call on Monday", people.sam)
    assert ContactPreference.objects.get(contact=maria).weekends is False
    assert Event.objects.get(kind="consent_changed").user_id == people.sam.pk


def test_the_log_holds_every_change_newest_first_and_what_was_taken_back(maria: Contact, people: People) -> None:
    set_consent([maria.pk], "email", "all", "granted", "Web form", None, NOW, "Ticked on 1 May")
    set_consent([maria.pk], "email", "all", "withdrawn", "A call", people.sam, NOW + timedelta(hours=1))
    forget([maria.pk], source="A call", by=None, now=NOW + timedelta(hours=2))
    log = consent_log(maria.pk)
    assert [(one.said, one.source, one.by, one.proof) for one in log] == [
        ("Not known any more", "A call", "Sam", ""),
        ("Opted out", "A call", "Sam", ""),
        ("Granted", "Web form", "", "Ticked on 1 May"),
    ]
    assert log[0].about == "E-mail"


def test_the_page_shows_history_and_stopped_addresses(sam: Client, maria: Contact) -> None:
    set_consent([maria.pk], "sms", "payments", "withdrawn", "Preference page", None, NOW, "By the link in message 7")
    Suppression.objects.create(channel="email", address=maria.email, reason="hard_bounce", detail="550 5.1.1", created_at=NOW)  # fmt: skip
    shown = sam.get(page(maria)).content.decode()
    for words in ("SMS, reminders of payments", "By the link in message 7", "The address does not exist", "550 5.1.1"):
        assert words in shown


def test_who_may_only_look_changes_nothing(maria: Contact, people: People) -> None:
    vera = Client()
    vera.force_login(people.vera)
    assert vera.get(page(maria)).status_code == 200
    vera.post(page(maria), sent(maria, allow=[]))
    assert not states(maria)


def test_hours_that_cannot_be_are_refused_in_place(sam: Client, maria: Contact) -> None:
    answer = sam.post(page(maria), sent(maria, quiet_from="20:00", quiet_to="20:00"))
    assert answer.status_code == 422
    assert "would never end" in answer.content.decode()


def test_a_long_history_costs_no_further_queries(sam: Client, maria: Contact) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (1, 30):
        for number in range(size):
            state = "granted" if number % 2 else "withdrawn"
            set_consent([maria.pk], "email", "all", state, f"Call {number}", None, NOW)
        sam.get(page(maria))
        with CaptureQueriesContext(connection) as captured:
            sam.get(page(maria))
        counts.append(len(captured))
    assert counts[0] == counts[1]
