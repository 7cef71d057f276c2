"""The summary of the talk with each contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from messaging.models import Thread
from messaging.threads import Line, note_lines
from tests.factories import contact

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def line(contact_id: int, direction: str, minutes: int = 0, *, person: bool = True, channel: str = "email") -> Line:
    return Line(contact_id, channel, direction, NINE + timedelta(minutes=minutes), f"{direction} {minutes}", person)


def test_a_persons_message_waits_until_a_colleague_answers() -> None:
    ana = contact().pk
    note_lines([line(ana, "in")])
    assert Thread.objects.get(pk=ana).waiting_since == NINE
    note_lines([line(ana, "out", 5, person=False)])
    assert Thread.objects.get(pk=ana).waiting_since == NINE, "a machine's message is no answer"
    note_lines([line(ana, "out", 10)])
    thread = Thread.objects.get(pk=ana)
    assert thread.waiting_since is None
    assert thread.snippet == "out 10"


def test_the_first_unanswered_message_says_since_when_they_wait() -> None:
    ana = contact().pk
    note_lines([line(ana, "in", 3), line(ana, "in", 1)])
    note_lines([line(ana, "in", 9)])
    assert Thread.objects.get(pk=ana).waiting_since == NINE + timedelta(minutes=3)


def test_a_reply_and_its_answer_in_one_batch_leave_nobody_waiting() -> None:
    ana = contact().pk
    note_lines([line(ana, "in", 1), line(ana, "out", 2)])
    assert Thread.objects.get(pk=ana).waiting_since is None


def test_an_older_line_that_comes_late_changes_no_words() -> None:
    ana = contact().pk
    note_lines([line(ana, "out", 10)])
    note_lines([line(ana, "in", 5, channel="whatsapp")])
    thread = Thread.objects.get(pk=ana)
    assert (thread.snippet, thread.last_direction) == ("out 10", "out")
    assert thread.whatsapp_in_at == thread.last_reply_at == NINE + timedelta(minutes=5)


def test_robots_neither_wait_nor_count_as_an_answer() -> None:
    ana = contact().pk
    note_lines([line(ana, "in", person=False)])
    thread = Thread.objects.get(pk=ana)
    assert thread.waiting_since is None
    assert thread.last_reply_at is None


def test_what_was_written_before_they_wrote_is_no_answer_though_it_leaves_later() -> None:
    ana = contact().pk
    note_lines([line(ana, "in", 5)])
    note_lines([replace(line(ana, "out", 10), written_at=NINE)])
    assert Thread.objects.get(pk=ana).waiting_since == NINE + timedelta(minutes=5)
    note_lines([replace(line(ana, "out", 20), written_at=NINE + timedelta(minutes=15))])
    assert Thread.objects.get(pk=ana).waiting_since is None
