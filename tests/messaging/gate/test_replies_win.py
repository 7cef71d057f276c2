"""A reply that is stored before a message is handed over always prevents it, whatever the order of things."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from crm.due import claim
from messaging.fates import step
from messaging.judging import judge
from messaging.letters import load_claimed
from messaging.models import ContactPolicy, Message
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contacts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
CONTACTS, ROUNDS = 100, 10


class Worker:
    """A worker that takes one step at a time: claim, judge, hand over."""

    def __init__(self, name):
        self.name, self.rows, self.allowed = name, [], []

    def claim(self, now):
        due = Message.objects.due(now)
        ids = claim(due, now=now, worker=self.name, lease=LEASE, limit=7, working="sending")
        self.rows = load_claimed(ids, self.name)

    def judge(self, now):
        self.allowed, self.rows = judge(self.rows, worker=self.name, now=now), []

    def hand_over(self, now):
        coming, self.allowed = self.allowed, []
        return step([], coming, provider="test", worker=self.name, lease=LEASE, now=now).ours if coming else set()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_thousand_interleavings_of_answers_and_sends_and_no_send_after_an_answer(seed):
    chance = random.Random(seed)
    ContactPolicy.objects.update(gap_minutes=None, cap_per_day=None, cap_per_week=None)
    everybody = [one.pk for one in contacts(CONTACTS)]
    write_to_contacts([ToContact(pk, "nudge", f"k{pk}", text="Hello") for pk in everybody], now=NOW)
    contact_of = dict(Message.objects.values_list("pk", "contact_id"))
    workers = [Worker(f"w{n}") for n in range(3)]
    replies, sent, now = {}, set(), NOW
    silent = chance.sample(everybody, len(everybody))
    while len(sent) + len(replies) < CONTACTS or silent:
        now += timedelta(milliseconds=chance.randint(1, 900))
        what = chance.choice(["reply", "claim", "judge", "hand_over"])
        if what == "reply" and silent:
            pk = silent.pop()
            note_lines([Line(pk, "email", "in", now, "Yes!", person=True)])
            replies[pk] = now
            continue
        worker = chance.choice(workers)
        if what == "hand_over":
            for message_id in worker.hand_over(now):
                pk = contact_of[message_id]
                assert pk not in replies, "it left after the answer was stored"
                sent.add(pk)
        elif what == "judge" and worker.rows:
            worker.judge(now)
        elif what == "claim" and not worker.rows and not worker.allowed:
            worker.claim(now)
    for worker in workers:
        worker.judge(now)
        assert not worker.hand_over(now) & {pk for pk, who in contact_of.items() if who in replies}
    assert sent, "some were quick enough"
    for _ in range(40):
        workers[0].claim(now)
        workers[0].judge(now)
        assert not workers[0].hand_over(now)
    answered_first = [pk for pk, who in contact_of.items() if who in replies and who not in sent]
    assert answered_first
    assert set(Message.objects.filter(pk__in=answered_first).values_list("status", flat=True)) == {"suppressed"}
