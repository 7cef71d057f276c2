"""What breaks off is tried again and then parked, and holds up nobody else (D13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from automation import running
from automation.effects.registry import WRITERS
from automation.engine.effects import SendMessage
from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment
from automation.putting_off import ATTEMPTS
from messaging.models import Message
from tests.automation.making import automation, goes_on, template, where
from tests.factories import NOW, contact, contacts

pytestmark = pytest.mark.django_db


def sending(name: str) -> Automation:
    return automation({"kind": "send_email", "template": template(name)}, {"kind": "wait", "amount": 1})


def let_in(made: Automation, ids: Sequence[int]) -> None:
    enroll([Entry(made.pk, pk, NOW) for pk in ids], now=NOW)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let writing to some contacts break off; `breaking(ids)` says to whom, None for everybody of an automation."""
    write = WRITERS[SendMessage]

    def use(contact_ids: set[int] | None = None, automation_id: int | None = None) -> None:
        def send(orders: Any, now: datetime) -> Any:
            for one in orders:
                if one.automation_id == automation_id or (contact_ids and one.contact_id in contact_ids):
                    raise RuntimeError("the disk is full")
            return write(orders, now)

        monkeypatch.setitem(running.WRITERS, SendMessage, send)

    return use


def test_one_bad_contact_holds_up_no_other(breaking: Any) -> None:
    everybody = contacts(12)
    let_in(sending("Thanks"), [one.pk for one in everybody])
    breaking({everybody[6].pk})
    goes_on(NOW)
    assert Message.objects.count() == 11
    assert "the disk is full" in where(everybody[6]).why


def test_one_bad_automation_holds_up_no_other(breaking: Any) -> None:
    good, bad = sending("Good"), sending("Bad")
    let_in(bad, [one.pk for one in contacts(30)])
    let_in(good, [one.pk for one in contacts(5)])
    breaking(automation_id=bad.pk)
    goes_on(NOW)
    assert set(Message.objects.values_list("cause_id", flat=True)) == set(
        Enrollment.objects.filter(automation=good).values_list("pk", flat=True)
    )
    assert set(Enrollment.objects.filter(automation=bad).values_list("attempts", flat=True)) == {1}


def test_a_broken_step_is_tried_on_a_few_and_not_on_thousands(breaking: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = sending("Bad")
    let_in(bad, [one.pk for one in contacts(30)])
    breaking(automation_id=bad.pk)
    alone = []
    monkeypatch.setattr(running, "_run_alone", lambda pk, now: alone.append(pk) or "the disk is full")
    running.run_batch(NOW)
    assert len(alone) == running.SAMPLE


def test_it_is_tried_again_ever_later_and_then_waits_for_a_person(breaking: Any) -> None:
    maria = contact()
    let_in(sending("Thanks"), [maria.pk])
    breaking({maria.pk})
    now, waits = NOW, []
    for _ in range(ATTEMPTS - 1):
        goes_on(now)
        next_at = where(maria).next_at
        assert next_at is not None
        waits.append(next_at - now)
        now = next_at
    goes_on(now)
    assert (where(maria).status, where(maria).next_at) == ("failed", None)
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(seconds=90)


def test_when_it_works_again_everything_goes_on_and_nothing_is_doubled(breaking: Any) -> None:
    maria = contact()
    let_in(sending("Thanks"), [maria.pk])
    breaking({maria.pk})
    goes_on(NOW)
    breaking(set())
    goes_on(NOW + timedelta(hours=1))
    assert Message.objects.filter(contact=maria).count() == 1
    assert where(maria).attempts == 0


def test_a_template_that_was_deleted_parks_its_people_with_the_reason() -> None:
    from messaging.models import MessageTemplate

    maria = contact()
    let_in(sending("Thanks"), [maria.pk])
    MessageTemplate.objects.all().delete()
    goes_on(NOW)
    assert where(maria).status == "failed"
    assert "template" in where(maria).why
    assert where(maria).step == "s1"
