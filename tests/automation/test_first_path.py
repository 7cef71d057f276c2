"""The thin path: a trigger lets somebody in, a message leaves, an answer ends it."""

from datetime import timedelta
from typing import Any

import pytest

from automation.models import EnrollmentStatus, StepVisit
from messaging.models import Message
from tests.automation.making import automation, goes_on, happens, template, where
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def nurture(**rules: Any) -> None:
    wanted = template()
    automation(
        {"kind": "send_email", "template": wanted},
        {"kind": "wait", "amount": 2, "unit": "days"},
        {"kind": "send_email", "template": wanted},
        triggers=[{"kind": "form_submitted", "form": "guide"}],
        **rules,
    )


def test_a_form_lets_its_sender_in_and_a_message_is_written() -> None:
    nurture()
    maria = contact()
    happens(maria, "form_submitted", now=NOW, data={"form": "guide"})
    goes_on(NOW)
    assert where(maria).status == EnrollmentStatus.WAITING
    assert where(maria).next_at == NOW + 2 * DAY
    assert [one.kind for one in Message.objects.filter(contact=maria)] == ["automation"]
    assert list(StepVisit.objects.values_list("step", "way")) == [("s1", "next")]


def test_another_form_lets_nobody_in() -> None:
    nurture()
    maria = contact()
    happens(maria, "form_submitted", now=NOW, data={"form": "price list"})
    assert not maria.enrollments.exists()


def test_the_whole_way_is_gone_once() -> None:
    nurture()
    maria = contact()
    happens(maria, "form_submitted", now=NOW, data={"form": "guide"})
    for day in range(5):
        goes_on(NOW + day * DAY)
        goes_on(NOW + day * DAY)
    assert where(maria).status == EnrollmentStatus.FINISHED
    assert Message.objects.filter(contact=maria).count() == 2


def test_an_answer_ends_it() -> None:
    nurture()
    maria = contact()
    happens(maria, "form_submitted", now=NOW, data={"form": "guide"})
    goes_on(NOW)
    happens(maria, "message_received", now=NOW + DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    goes_on(NOW + DAY)
    assert (where(maria).status, where(maria).stop_reason) == (EnrollmentStatus.STOPPED, "replied")
    goes_on(NOW + 3 * DAY)
    assert Message.objects.filter(contact=maria).count() == 1
