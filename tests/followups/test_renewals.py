"""The story "document expiry": warned at 180, 90 and 30 days, with either answer, until it is renewed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.dispatching import dispatch_pending
from crm.models import Document
from followups import transitions as do
from followups.escalation import climb
from followups.expiry_steps import raised, step_at
from followups.models import Escalation, FollowUp, FollowUpTemplate
from messaging.models import Message
from tests.factories import NOW, contact
from tests.followups.happening import again, becomes, document, document_kind, expiring, open_of, tell
from tests.people import People

END = date(2027, 3, 2)


@pytest.fixture
def passport(people: People) -> Document:
    maria = contact("Maria", owner=people.sam)
    return document(maria, state="approved", kind=document_kind(), expires_on=END, requested_by=people.noor)


def test_at_the_first_warning_the_client_is_to_be_informed(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    made = FollowUp.objects.get()
    assert made.subject == "Inform Maria about renewal: Passport expires on 2 Mar 2027"
    assert (made.priority, made.document_id, made.assignee) == ("medium", passport.pk, people.sam)
    assert made.due_on == now.date() + timedelta(days=14)
    assert [one.before_minutes for one in made.reminders.all()] == [7 * 24 * 60]
    assert not Escalation.objects.exists()


def test_later_warnings_raise_it_and_the_last_tells_the_manager(people: People, passport: Document) -> None:
    expiring(passport, 180)
    expiring(passport, 90)
    assert FollowUp.objects.get().priority == "high"
    assert not Escalation.objects.exists()
    now = expiring(passport, 30)
    assert FollowUp.objects.get().priority == "urgent"
    climb(Escalation.objects.get().next_at or now)
    told = Message.objects.filter(kind="escalation", user=people.mara)
    assert told.exists()
    assert not Message.objects.filter(kind="escalation", user=people.sam).exists()


def test_a_priority_that_is_higher_already_stays(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.set_priority(FollowUp.objects.all(), by=people.sam, now=now, priority="urgent")
    expiring(passport, 90)
    assert FollowUp.objects.get().priority == "urgent"


def test_a_document_known_late_begins_where_it_stands(people: People, passport: Document) -> None:
    now = expiring(passport, 25)
    made = FollowUp.objects.get()
    assert (made.priority, made.due_on) == ("urgent", now.date() + timedelta(days=2))
    assert Escalation.objects.filter(followup=made).exists()


def test_is_acting_brings_a_look_thirty_days_later_and_another_one(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="is_acting")
    dispatch_pending(now)
    check = open_of().get()
    assert (check.subject, check.due_on) == ("Check renewal status with Maria: Passport", now.date() + timedelta(30))
    assert (check.document_id, check.assignee, check.assigned_because) == (passport.pk, people.sam, "Sam informed them")
    do.complete(open_of(), by=people.sam, now=now + timedelta(30), outcome="is_acting")
    dispatch_pending(now + timedelta(30))
    assert open_of().get().due_on == now.date() + timedelta(60)


def test_a_check_that_is_open_rises_too(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="is_acting")
    dispatch_pending(now)
    expiring(passport, 90)
    assert open_of().get().priority == "high"


def test_where_none_is_open_at_a_later_warning_another_is_made(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="no_answer")
    later = expiring(passport, 90)
    made = open_of().get()
    assert (made.priority, made.due_on) == ("high", later.date() + timedelta(days=7))


def test_not_interested_ends_it_for_this_expiry(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="not_interested")
    dispatch_pending(now)
    expiring(passport, 90)
    expiring(passport, 30)
    assert not open_of().exists()


def test_after_a_renewal_that_ran_out_too_the_client_is_asked_again(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="not_interested")
    Document.objects.filter(pk=passport.pk).update(expires_on=date(2030, 1, 1))
    passport.refresh_from_db()
    expiring(passport, 180)
    assert open_of().get().subject.endswith("expires on 1 Jan 2030")


@pytest.mark.parametrize("how", ["replaces", "same kind"])
def test_a_renewed_document_closes_it_and_nobody_is_warned_again(people: People, passport: Document, how: str) -> None:
    now = expiring(passport, 180)
    maria = passport.contact
    new = document(
        maria, "Passport", kind=passport.kind, expires_on=date(2037, 1, 1), now=now,
        replaces=passport if how == "replaces" else None,
    )  # fmt: skip
    becomes(new, "received", now=now)
    if how == "replaces":
        assert not open_of().exists()
    before = FollowUp.objects.count()
    expiring(passport, 90)
    assert FollowUp.objects.count() == before
    assert not FollowUp.objects.filter(priority="high").exists()


def test_an_approval_that_comes_late_does_not_end_it(people: People, passport: Document) -> None:
    Document.objects.filter(pk=passport.pk).update(state="received")
    now = expiring(passport, 180)
    becomes(passport, "approved", now=now)
    assert open_of().exists()


def test_putting_the_template_away_turns_it_off(people: People, passport: Document) -> None:
    FollowUpTemplate.objects.filter(made_for="renewal").update(archived_at=NOW)
    expiring(passport, 180)
    assert not FollowUp.objects.exists()


def test_a_kind_that_warns_of_nothing_turns_it_off(people: People) -> None:
    paper = document(contact(owner=people.sam), state="approved", kind=document_kind(warn_days=[]), expires_on=END)
    expiring(paper, 180)
    assert not FollowUp.objects.exists()


def test_hearing_of_it_again_changes_nothing(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="is_acting")
    dispatch_pending(now)
    expiring(passport, 90)
    before = list(FollowUp.objects.order_by("pk").values("pk", "status", "version"))
    again("document_expiring", "followup_completed")
    assert list(FollowUp.objects.order_by("pk").values("pk", "status", "version")) == before


@given(st.integers(0, 400), st.lists(st.integers(0, 400), max_size=6))
def test_a_step_is_never_less_pressing_with_fewer_days_left(days: int, warn: list[int]) -> None:
    now, later = step_at(days, warn), step_at(max(0, days - 1), warn)
    if now is not None:
        assert later is not None
        assert not raised(later.priority, now.priority)
        assert later.number >= now.number
        assert not now.last or later.last


def test_no_look_at_a_renewal_that_has_come_by_then(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="is_acting")
    fresh = document(passport.contact, state="received", replaces=passport, kind=passport.kind)
    # Both are told of in one batch: each subscriber hears of the second before the next one hears of the first.
    tell("document_received", fresh, now=now)
    assert not open_of().exists()


def test_no_look_at_a_last_day_that_is_another_by_then(people: People, passport: Document) -> None:
    now = expiring(passport, 180)
    do.complete(open_of(), by=people.sam, now=now, outcome="is_acting")
    Document.objects.filter(pk=passport.pk).update(expires_on=END + timedelta(days=1000))
    dispatch_pending(now)
    assert not open_of().exists()
