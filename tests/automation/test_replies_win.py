"""An answer that is stored first always wins: over the engine's next step, and over what it has written already."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from automation import running
from automation.entering import Entry, enroll
from automation.models import Enrollment
from crm.dispatching import dispatch_pending
from crm.timeline import Happening, record
from messaging.models import ContactPolicy, Message
from messaging.threads import Line, note_lines
from tests.automation.making import automation, template
from tests.factories import NOW, contacts
from tests.messaging.gate.test_replies_win import Worker

pytestmark = pytest.mark.django_db

CONTACTS, SEEDS, ROUNDS = 60, 6, 800


class World:
    """Sixty people in a sequence of five mails, three workers that deliver, and people who answer at any moment."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance, self.now = random.Random(seed), NOW
        ContactPolicy.objects.update(
            gap_minutes=None,
            cap_per_day=None,
            cap_per_week=None,
            automations_per_day=None,
            quiet_from=None,
            weekends=True,
        )
        self.silent = [one.pk for one in contacts(CONTACTS)]
        self.answered: dict[int, datetime] = {}
        mail = {"kind": "send_email", "template": template()}
        rest = {"kind": "wait", "amount": 1, "unit": "minutes"}
        nurture = automation(mail, rest, mail, rest, mail, rest, mail, rest, mail)
        enroll([Entry(nurture.pk, pk, NOW) for pk in self.silent], now=NOW)
        self.workers = [Worker(f"w{number}") for number in range(3)]
        self.sent = 0
        load = running.load_facts

        def load_while_somebody_answers(rows: Any, *args: Any, **named: Any) -> Any:
            # What another transaction stores between the engine's look and its word.
            facts = load(rows, *args, **named)
            inside = [row.contact_id for row in rows if row.contact_id in self.silent]
            if inside and self.chance.random() < 0.2:
                self.answer(self.chance.choice(inside))
            return facts

        monkeypatch.setattr(running, "load_facts", load_while_somebody_answers)

    def answer(self, pk: int) -> None:
        """Store an answer: the line of the talk, and the event."""
        self.silent.remove(pk)
        self.answered[pk] = self.now
        note_lines([Line(pk, "email", "in", self.now, "Yes!", person=True)])
        words = {"channel": "E-mail", "subject": "Yes"}
        record([Happening("message_received", pk, self.now, actor="contact", two_way=True, data=words)], now=self.now)

    def hand_over(self, worker: Worker) -> None:
        """Give what a worker holds to the provider: nobody who has answered may be among them."""
        ids = worker.hand_over(self.now)
        gone = set(Message.objects.filter(pk__in=ids).values_list("contact_id", flat=True))
        assert not gone & self.answered.keys(), "it left after the answer was stored"
        self.sent += len(ids)

    def step(self) -> None:
        """Something happens, whatever it is."""
        self.now += timedelta(milliseconds=self.chance.randint(1, 1500))
        worker = self.chance.choice(self.workers)
        what = self.chance.choice(["answer", "turn", "turn", "tell", "claim", "judge", "hand_over", "hand_over"])
        if what == "answer" and self.silent and self.chance.random() < 0.3:
            self.answer(self.chance.choice(self.silent))
        elif what == "turn":
            running.run_batch(self.now, limit=20)
        elif what == "tell":
            dispatch_pending(self.now)
        elif what == "hand_over":
            self.hand_over(worker)
        elif what == "judge" and worker.rows:
            worker.judge(self.now)
        elif what == "claim" and not worker.rows and not worker.allowed:
            worker.claim(self.now)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_thousands_of_interleavings_and_nothing_leaves_after_an_answer(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(seed, monkeypatch)
    for _ in range(ROUNDS):
        world.step()
    assert world.sent, "some left in time"
    assert world.answered
    world.now += timedelta(days=1)
    while running.run_batch(world.now):
        dispatch_pending(world.now)
    stopped = Enrollment.objects.filter(contact__in=world.answered)
    # Who had come to the end before they answered has finished; nobody who answered goes on.
    assert set(stopped.values_list("status", flat=True)) <= {"stopped", "finished"}
    assert set(stopped.filter(status="stopped").values_list("stop_reason", flat=True)) == {"replied"}
