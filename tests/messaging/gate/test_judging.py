"""The second look at messages to contacts: facts of the moment, one worker at a time, every verdict in the ledger."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from crm.due import claim
from messaging.judging import judge
from messaging.letters import load_claimed
from messaging.models import ContactPolicy, ContactPreference, Decision, Message
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact, contacts

#: A Monday morning, and nobody's zone is known: UTC.
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def write(who, *keys, now=NOW, **fields):
    fields.setdefault("text", "Hello")
    write_to_contacts([ToContact(who.pk, "nudge", key, channel="email", **fields) for key in keys], now=now)


def take(now=NOW, worker="w1"):
    """Claim what is due and judge it; returns the claimed and the allowed."""
    ids = claim(
        Message.objects.due(now), now=now, worker=worker, lease=timedelta(minutes=5), limit=200, working="sending"
    )
    return ids, judge(load_claimed(ids, worker), worker=worker, now=now)


def ledger(message_id=None):
    rows = Decision.objects.order_by("pk")
    return list((rows.filter(message=message_id) if message_id else rows).values_list("verdict", "rule"))


@pytest.mark.django_db
def test_what_may_leave_has_its_address_its_words_and_its_reason():
    ana = contact("Ana", last_name="Cruz", email="ana@example.org", language="es", custom={"visa_type": "Student"})
    write(ana, "a")
    _, [row] = take()
    assert (row.address, row.name) == ("ana@example.org", "Ana Cruz")
    assert (row.contact.language, row.contact.custom) == ("es", {"visa_type": "Student"})
    message = Message.objects.get(pk=row.pk)
    assert message.allowed_at == NOW
    assert message.reason == (
        "By e-mail: asked for. It is 10:00 for Ana in UTC (not known, so the organisation’s own zone); "
        "nothing spoke against it (message 1 of 3 in 24 hours)."
    )
    assert ledger() == [("send", "allowed")]


@pytest.mark.django_db
def test_what_is_held_goes_back_without_costing_an_attempt():
    ana = contact("Ana")
    write(ana, "a", "b")
    _, allowed = take()
    assert len(allowed) == 1
    held = Message.objects.get(status="scheduled")
    assert (held.attempts, held.claimed_by, held.allowed_at) == (0, "", None)
    assert held.send_after == NOW + 60 * MINUTE
    assert ledger(held.pk) == [("hold", "gap")]


@pytest.mark.django_db
def test_the_ledger_keeps_the_facts_of_a_hold():
    ana = contact("Ana", phone="+639171234567")
    write(ana, "a")
    ContactPreference.objects.create(contact=ana, away_until=date(2026, 3, 5), updated_at=NOW)
    take()
    decision = Decision.objects.get()
    assert decision.rule == "away"
    assert decision.facts["away_until"] == "2026-03-05"
    assert decision.facts["zone"] == "Asia/Manila"
    assert decision.facts["zone_because"] == "by the phone number"
    assert decision.facts["until"] == "2026-03-05T00:00:00+00:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("sent", True),
        ("delivered", True),
        ("uncertain", True),
        ("sending", True),
        ("failed", False),
        ("bounced", False),
    ],
)
def test_what_may_have_reached_somebody_counts_and_what_did_not_does_not(status, counts):
    ana = contact("Ana")
    write(ana, "a")
    [[pk], _] = take()
    Message.objects.filter(pk=pk).update(status=status)
    write(ana, "b", now=NOW + MINUTE)
    _, allowed = take(NOW + MINUTE)
    assert (not allowed) is counts


@pytest.mark.django_db
def test_a_batch_for_many_contacts_costs_as_many_queries_as_for_one(django_assert_max_num_queries):
    for one in contacts(100):
        write(one, f"k{one.pk}")
    ids = claim(Message.objects.due(NOW), now=NOW, worker="w", lease=MINUTE, limit=200, working="sending")
    rows = load_claimed(ids, "w")
    with django_assert_max_num_queries(14):
        assert len(judge(rows, worker="w", now=NOW)) == 100
    assert ledger() == [("send", "allowed")] * 100


@pytest.mark.django_db
def test_a_row_that_is_no_longer_ours_is_left_alone():
    ana = contact("Ana")
    write(ana, "a")
    ids = claim(Message.objects.due(NOW), now=NOW, worker="w1", lease=MINUTE, limit=9, working="sending")
    rows = load_claimed(ids, "w1")
    Message.objects.update(claimed_by="w2")
    assert judge(rows, worker="w1", now=NOW) == []
    assert Message.objects.get().claimed_by == "w2"
    assert ledger() == []


@pytest.mark.django_db
def test_an_answer_in_an_open_conversation_counts_against_no_cap(people):
    ana = contact("Ana")
    note_lines([Line(ana.pk, "email", "in", NOW - MINUTE, "Hi", person=True)])
    write(ana, "a", "b", "c", "d", author_id=people.sam.pk)
    _, allowed = take()
    assert len(allowed) == 4
    assert ledger() == [("send", "conversation")] * 4
    assert not Message.objects.filter(allowed_at__isnull=False).exists()


@pytest.mark.django_db
def test_the_next_automatic_message_keeps_its_distance_from_an_answer_by_hand(people):
    ana = contact("Ana")
    note_lines([Line(ana.pk, "email", "in", NOW - MINUTE, "Hi", person=True)])
    write(ana, "a", author_id=people.sam.pk)
    write(ana, "b")
    _, [row] = take()
    assert row.by_hand
    held = Message.objects.get(dedupe_key="b")
    assert (held.status, ledger(held.pk)) == ("scheduled", [("hold", "gap")])


@pytest.mark.django_db
def test_a_message_that_its_provider_sends_back_again_and_again_does_not_fill_the_ledger():
    ana = contact("Ana")
    write(ana, "a")
    for minutes in (0, 5, 10, 70):
        take(NOW + minutes * MINUTE)
        Message.objects.update(status="scheduled", claimed_by="", allowed_at=None)
    assert ledger() == [("send", "allowed")] * 2


@pytest.mark.django_db
def test_two_machines_do_not_answer_each_other_for_ever():
    ContactPolicy.objects.update(gap_minutes=None, cap_per_day=None)
    ana = contact("Ana")
    write(ana, "a", "b", "c", "d", cause_kind="message", cause_id=1)
    write(ana, "e")
    _, allowed = take()
    assert len(allowed) == 4
    refused = Message.objects.get(status="suppressed")
    assert (refused.dedupe_key, ledger(refused.pk)) == ("d", [("refuse", "answers_cap")])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cap", ["gap_minutes", "cap_per_day"])
def test_two_workers_with_messages_to_one_contact_do_not_both_pass(cap, committing):
    limits = {"gap_minutes": None, "cap_per_day": None, "cap_per_week": None} | {cap: 1}
    ContactPolicy.objects.update(**limits)
    everybody = contacts(40)
    for one in everybody:
        write(one, f"{one.pk}:1", f"{one.pk}:2")
    firsts = list(Message.objects.filter(dedupe_key__endswith=":1").order_by("pk").values_list("pk", flat=True))
    seconds = list(Message.objects.filter(dedupe_key__endswith=":2").order_by("pk").values_list("pk", flat=True))
    for worker, ids in (("w1", firsts), ("w2", seconds)):
        Message.objects.filter(pk__in=ids).update(status="sending", claimed_by=worker, attempts=1)
    barrier, allowed = threading.Barrier(2), []

    def work(worker, ids):
        try:
            barrier.wait()
            for start in range(0, len(ids), 8):
                # The same contacts at the same time, in opposite order: neither may pass, and neither may block for ever.
                batch = ids[start : start + 8]
                rows = load_claimed(batch if worker == "w1" else batch[::-1], worker)
                allowed.extend(row.contact_id for row in judge(rows, worker=worker, now=NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=pair) for pair in (("w1", firsts), ("w2", seconds))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(allowed) == sorted(one.pk for one in everybody)
