"""Reports about mails that are to nobody who can be written to any more, and absences told in another order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from messaging.models import ContactPreference, Suppression
from messaging.receiving import receive
from tests.factories import NOW, contact
from tests.messaging.incoming.messages import sent
from tests.messaging.incoming.test_receiving import LATER, bounced, mail, take
from tests.people import People

pytestmark = pytest.mark.django_db


def test_a_mail_to_a_colleague_that_came_back_is_known_to_have_and_stops_nobody(people: People) -> None:
    message = sent(None, user=people.sam, to=people.sam.email)
    take(bounced(message))
    message.refresh_from_db()
    assert message.status == "bounced"
    assert not Suppression.objects.exists()


def test_what_came_back_from_a_contact_deleted_since_stops_the_address() -> None:
    message = sent(contact(email="ana@example.org", deleted_at=NOW))
    take(bounced(message))
    message.refresh_from_db()
    assert message.status == "bounced"
    assert Suppression.objects.get().address == "ana@example.org"


def test_an_older_word_on_an_absence_that_comes_later_changes_nothing() -> None:
    contact(email="ana@example.org")
    day = LATER.date() + timedelta(days=2)
    newer = mail("o2", kind="out_of_office", returns_on=day)
    older = mail("o1", kind="out_of_office", returns_on=day + timedelta(days=20), at=LATER - timedelta(days=3))
    for one in (newer, older):
        receive([one], now=LATER)
    assert ContactPreference.objects.get().away_until == day
    again = replace(newer, provider_id="o3", returns_on=day + timedelta(days=1), at=LATER + timedelta(minutes=1))
    receive([again], now=LATER + timedelta(minutes=1))
    assert ContactPreference.objects.get().away_until == day + timedelta(days=1)
