"""Addresses that are not written to, and opting out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.models import Consent, Event
from messaging.models import Decision, Message, SoftBounce, Suppression
from messaging.suppressing import SoftNote, Stop, lift, note_soft_bounces, opt_out, suppress
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def told(kind):
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("contact_id", "data__why", "data__address"))


def test_a_stop_is_told_to_every_contact_with_the_address():
    ana = contact("Ana", email="ana@example.org")
    ben = contact("Ben", other_emails=["ana@example.org"])
    contact("Cleo")
    assert len(suppress([Stop("email", "ANA@Example.org", "hard_bounce")], by=None, now=NOW)) == 1
    words = "the address does not exist"
    assert told("address_suppressed") == [(ana.pk, words, "ana@example.org"), (ben.pk, words, "ana@example.org")]


def test_a_number_is_stopped_whatever_its_form():
    ana = contact("Ana", phone="+639171234567")
    suppress([Stop("whatsapp", "whatsapp:+63 917 123 4567", "opt_out")], by=None, now=NOW)
    assert Suppression.objects.get().address == ana.phone


def test_twice_is_once_unless_the_reason_weighs_more():
    entry = Stop("email", "ana@example.org", "soft_bounces")
    [pk] = suppress([entry, entry], by=None, now=NOW)
    assert suppress([entry], by=None, now=NOW) == []
    assert suppress([Stop("email", "ana@example.org", "complaint")], by=None, now=NOW) == [pk]
    assert suppress([Stop("email", "ana@example.org", "hard_bounce")], by=None, now=NOW) == []
    assert Suppression.objects.get().reason == "complaint"


def test_a_released_address_may_be_written_to_and_stopped_again(people):
    ana = contact("Ana", email="ana@example.org")
    [pk] = suppress([Stop("email", ana.email, "hard_bounce")], by=None, now=NOW)
    assert lift([pk], by=people.mara, now=NOW + DAY) == [pk]
    assert lift([pk], by=people.mara, now=NOW + DAY) == []
    row = Suppression.objects.get(pk=pk)
    assert (row.lifted_by, row.lifted_at) == (people.mara, NOW + DAY)
    assert [one[0] for one in told("address_released")] == [ana.pk]
    assert len(suppress([Stop("email", ana.email, "hard_bounce")], by=None, now=NOW)) == 1


def soft(number, at=NOW):
    return note_soft_bounces([SoftNote("email", "ana@example.org", at, number)], now=at)


def test_temporary_failures_stop_an_address_when_they_come_too_often():
    assert soft(1) == soft(2) == []
    assert soft(2) == [], "one message counts once"
    assert len(soft(3)) == 1
    assert Suppression.objects.get().detail == "3 temporary failures in 14 days"


def test_temporary_failures_far_apart_do_not():
    assert soft(1, NOW - 15 * DAY) == soft(2, NOW - 14 * DAY) == soft(3) == soft(4) == []


def test_releasing_forgets_the_failures_before():
    [pk] = [*soft(1), *soft(2), *soft(3)]
    lift([pk], by=None, now=NOW)
    assert not SoftBounce.objects.exists()
    assert soft(4) == []


def waiting(who, key, **fields):
    [written] = write_to_contacts([ToContact(who.pk, "nudge", key, text="Hello", **fields)], now=NOW)
    return written.message_id


def test_opting_out_withdraws_and_stops_what_waits_at_once():
    ana = contact("Ana", phone="+639171234567", time_zone="UTC")
    by_mail, by_sms = waiting(ana, "a", channel="email"), waiting(ana, "b", channel="sms")
    assert opt_out([ana.pk], channel="email", source="link in a mail", by=None, now=NOW) == [ana.pk]
    assert Consent.objects.get().state == "withdrawn"
    assert Message.objects.get(pk=by_mail).status == "suppressed"
    assert Message.objects.get(pk=by_sms).status == "pending"
    decision = Decision.objects.get(message=by_mail)
    assert decision.sentence == "They opted out of e-mail before it left (link in a mail)."


def test_opting_out_of_everything_holds_for_every_channel():
    ana = contact("Ana")
    opt_out([ana.pk], source="letter", by=None, now=NOW)
    assert set(Consent.objects.values_list("channel", flat=True)) == {"email", "sms", "whatsapp"}


def test_opting_out_of_a_topic_leaves_the_others():
    ana = contact("Ana")
    offer, own = waiting(ana, "a", topic="marketing"), waiting(ana, "b")
    opt_out([ana.pk], channel="email", topic="marketing", source="page", by=None, now=NOW)
    assert Message.objects.get(pk=offer).status == "suppressed"
    assert Message.objects.get(pk=own).status == "pending"


@pytest.mark.parametrize(("handed", "status"), [(None, "suppressed"), (NOW, "sending")])
def test_what_a_worker_holds_is_stopped_until_it_is_handed_over(handed, status):
    ana = contact("Ana")
    pk = waiting(ana, "a")
    Message.objects.filter(pk=pk).update(status="sending", claimed_by="w", handed_at=handed)
    opt_out([ana.pk], source="page", by=None, now=NOW)
    assert Message.objects.get(pk=pk).status == status


def test_who_has_the_same_address_gets_no_offers_there_either_but_what_is_their_own():
    ana = contact("Ana", email="family@example.org")
    ben = contact("Ben", email="family@example.org", shares_address=True)
    offer, own = waiting(ben, "a", channel="email", topic="marketing"), waiting(ben, "b", channel="email")
    opt_out([ana.pk], channel="email", source="link in a mail", by=None, now=NOW)
    said = Consent.objects.get(contact=ben)
    assert (said.topic, said.state) == ("marketing", "withdrawn")
    assert said.source == "link in a mail, by somebody with the same address"
    assert Message.objects.get(pk=offer).status == "suppressed"
    assert Message.objects.get(pk=own).status == "pending"
