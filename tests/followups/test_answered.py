"""A contact answers: what was waiting for it is done, and somebody responds, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.dispatching import dispatch_pending
from crm.models import Absence, Contact, Event, Organisation, ParkedEvent, User
from crm.timeline import Happening, record
from crm.undo import take_back
from followups.answered import settle_responses, take_answers
from followups.models import FollowUp, Outcome
from messaging.access import threads_for
from messaging.inbox.waiting import nothing_to_answer
from messaging.incoming import Incoming
from messaging.models import Message, Thread
from messaging.receiving import receive
from messaging.threads import Line, note_lines
from tests.factories import NOW, contact, contacts, followup
from tests.messaging.incoming.messages import sent
from tests.people import People

SOON = NOW + timedelta(minutes=1)


def wrote(who: Contact, key: str = "m1", **fields: Any) -> None:
    """The contact writes a mail, and everybody hears of it."""
    fields.setdefault("text", "Yes, gladly.")
    receive([Incoming("email", "imap", key, who.email, SOON, new_text=fields["text"], **fields)], now=SOON)
    dispatch_pending(SOON)


def answered(who: Contact, by: User, minutes: int = 5) -> None:
    """A colleague's message to the contact has left."""
    at = NOW + timedelta(minutes=minutes)
    note_lines([Line(who.pk, "email", "out", at, "Hello", True)])
    record([Happening("message_sent", who.pk, at, actor="person", user_id=by.pk, data={"channel": "E-mail"})], now=at)
    dispatch_pending(at)


def to_respond() -> Any:
    return FollowUp.objects.filter(source_key__startswith="respond:")


def test_the_follow_up_whose_message_is_answered_is_done(people: People) -> None:
    ana = contact(owner=people.sam)
    one, other = followup(ana, people.sam), followup(ana, people.sam)
    sent(ana, cause_kind="followup", cause_id=one.pk)
    wrote(ana)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, one.outcome and one.outcome.slug, other.status) == ("completed", "replied", "pending")


def test_somebody_is_to_respond_urgently_within_working_time(people: People) -> None:
    ana = contact("Ana", owner=people.sam)
    wrote(ana)
    one = to_respond().get()
    assert (one.subject, one.priority, one.assignee_id) == ("Respond to Ana", "urgent", people.sam.pk)
    assert one.due_at == SOON + timedelta(hours=1)
    assert one.type.slug == "email"


def test_the_organisation_says_how_soon(people: People) -> None:
    Organisation.objects.update(respond_minutes=20)
    wrote(contact(owner=people.sam))
    assert to_respond().get().due_at == SOON + timedelta(minutes=20)


def test_the_owner_hears_once_of_each_message_and_at_once(people: People) -> None:
    ana = contact("Ana", owner=people.sam)
    wrote(ana)
    notice = Message.objects.get(user=people.sam, channel="in_app")
    assert (notice.kind, notice.subject, notice.status) == ("reply", "Ana wrote: “Yes, gladly.”", "delivered")
    assert notice.data["url"] == f"/inbox/{ana.pk}/"


def test_many_messages_ask_for_one_response(people: People) -> None:
    ana = contact(owner=people.sam)
    wrote(ana, "m1")
    wrote(ana, "m2")
    assert to_respond().count() == 1
    assert Message.objects.filter(user=people.sam, kind="reply").count() == 2


def test_who_answers_by_hand_has_responded(people: People) -> None:
    ana = contact(owner=people.sam)
    wrote(ana)
    answered(ana, people.mara)
    one = to_respond().get()
    assert (one.status, one.completed_by_id) == ("completed", people.mara.pk)
    wrote(ana, "m2")
    assert to_respond().open().count() == 1, "the next message waits anew"


def test_what_was_written_before_they_wrote_is_no_answer_to_them(people: People) -> None:
    ana = contact(owner=people.sam)
    early = sent(ana, author=people.sam, created_at=NOW - timedelta(hours=1))
    wrote(ana)
    at = NOW + timedelta(minutes=5)
    left = Happening(
        "message_sent",
        ana.pk,
        at,
        actor="person",
        user_id=people.sam.pk,
        subject_kind="message",
        subject_id=early.pk,
        data={"channel": "E-mail"},
    )
    record([left], now=at)
    dispatch_pending(at)
    assert to_respond().get().status == "pending"


def test_where_nothing_is_to_be_answered_nobody_is_to_respond_until_that_is_taken_back(people: People) -> None:
    ana = contact("Ana", owner=people.sam)
    wrote(ana)
    later = SOON + timedelta(minutes=1)
    step = nothing_to_answer(threads_for(people.sam).filter(pk=ana.pk), by=people.sam, now=later).undo_id
    dispatch_pending(later)
    assert list(to_respond().values_list("status", "cancel_reason")) == [("cancelled", "Nothing to answer.")]
    take_back(step, by=people.sam, now=later)
    dispatch_pending(later)
    assert list(to_respond().order_by("pk").values_list("status", flat=True)) == ["cancelled", "pending"]
    assert Message.objects.filter(kind="reply").count() == 1, "nobody is told twice of one message"


def test_a_machines_message_is_no_response(people: People) -> None:
    ana = contact(owner=people.sam)
    wrote(ana)
    record([Happening("message_sent", ana.pk, SOON, data={"channel": "E-mail"})], now=SOON)
    dispatch_pending(SOON)
    assert to_respond().get().status == "pending"


@pytest.mark.parametrize("kind", ["out_of_office", "auto_ack", "unsubscribe", "unknown", "bounce"])
def test_what_no_person_said_completes_nothing_and_asks_for_nothing(people: People, kind: str) -> None:
    ana = contact(owner=people.sam)
    one = followup(ana, people.sam)
    sent(ana, cause_kind="followup", cause_id=one.pk)
    wrote(ana, kind=kind)
    one.refresh_from_db()
    assert one.status == "pending"
    assert not to_respond().exists()


def test_a_deputy_responds_while_the_owner_is_away(people: People) -> None:
    User.objects.filter(pk=people.sam.pk).update(deputy=people.mara)
    Absence.objects.create(user=people.sam, starts_on=NOW.date(), ends_on=NOW.date())
    wrote(contact(owner=people.sam))
    one = to_respond().get()
    assert one.assignee_id == people.mara.pk
    assert "stands in" in one.assigned_because


def test_who_has_no_owner_is_answered_by_whoever_has_room(people: People) -> None:
    wrote(contact(owner=None))
    assert to_respond().get().assigned_because


def test_who_was_answered_before_the_news_came_round_asks_for_nothing(people: People) -> None:
    ana = contact(owner=people.sam)
    receive([Incoming("email", "imap", "m1", ana.email, SOON, text="Hi", new_text="Hi")], now=SOON)
    note_lines([Line(ana.pk, "email", "out", SOON + timedelta(minutes=1), "Hello", True)])
    dispatch_pending(SOON)
    assert not to_respond().exists()


def test_outcomes_that_the_organisation_dropped_are_not_used(people: People) -> None:
    ana = contact(owner=people.sam)
    one = followup(ana, people.sam)
    sent(ana, cause_kind="followup", cause_id=one.pk)
    Outcome.objects.filter(slug="replied").update(archived_at=NOW)
    wrote(ana)
    one.refresh_from_db()
    assert one.outcome is not None
    assert one.outcome.slug == "spoke"


def test_told_twice_it_happens_once(people: People) -> None:
    ana = contact(owner=people.sam)
    wrote(ana)
    events = list(Event.objects.filter(kind="message_received"))
    take_answers(events, SOON)
    assert to_respond().count() == 1
    assert Message.objects.filter(kind="reply").count() == 1


def test_a_thousand_answers_take_as_many_queries_as_ten(people: People) -> None:
    counts = []
    for number in (10, 1000):
        made = contacts(number, owner=people.sam)
        receive(
            [
                Incoming("email", "imap", f"{number}:{one.pk}", one.email, SOON, text="Hi", new_text="Hi")
                for one in made
            ],
            now=SOON,
        )
        events = list(Event.objects.filter(kind="message_received", contact__in=made))
        with CaptureQueriesContext(connection) as seen:
            take_answers(events, SOON)
            at = NOW + timedelta(hours=1)
            record(
                [
                    Happening(
                        "message_sent", one.pk, at, actor="person", user_id=people.sam.pk, data={"channel": "E-mail"}
                    )
                    for one in made
                ],
                now=at,
            )
            settle_responses(list(Event.objects.filter(kind="message_sent", contact__in=made)), at)
        assert to_respond().filter(contact__in=made, status="completed").count() == number
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 60, counts


@pytest.mark.django_db
def test_where_no_colleague_can_hold_anything_the_contact_waits_in_the_inbox_and_nothing_breaks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ana = contact()
    wrote(ana)
    assert not to_respond().exists()
    assert Thread.objects.get(pk=ana.pk).waiting_since == SOON
    assert not ParkedEvent.objects.exists()
    assert "failed" not in caplog.text
