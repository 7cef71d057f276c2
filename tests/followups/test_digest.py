"""The daily digest: one mail a local day at one's own hour, or none when there is nothing to say."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Absence, User
from crm.zones import local_day, moment, zone, zone_names
from followups import transitions
from followups.digest import send_digests
from followups.digest_times import next_digest
from followups.due import Due
from followups.models import Digest, DigestSchedule
from messaging.models import Message
from messaging.rendering import render
from tests.factories import contact, followup, only

#: Eight in the morning of a Monday, in UTC, where everybody of these tests is unless said.
EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
moments = st.integers(946_684_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(moments, st.sampled_from(sorted(zone_names())), st.integers(0, 23), st.none() | st.integers(-2, 1))
def test_the_next_digest_is_ahead_on_a_new_local_day_in_every_zone(now, name, hour, back):
    last = None if back is None else local_day(now, name) + timedelta(days=back)
    at = next_digest(now, zone_name=name, hour=hour, last=last)
    assert now < at <= now + timedelta(days=4)
    local = at.astimezone(zone(name))
    assert last is None or local.date() > last
    assert local.hour == hour or moment(local.date(), time(hour), name) == at  # the clocks skipped that hour


@given(moments, st.sampled_from(sorted(zone_names())), st.integers(0, 23))
def test_a_year_of_digests_is_one_for_each_local_day(now, name, hour):
    days, last = [], None
    for _ in range(40):
        now = next_digest(now, zone_name=name, hour=hour, last=last)
        last = local_day(now, name)
        days.append(last)
    assert len(set(days)) == len(days)
    assert (days[-1] - days[0]).days <= len(days)  # none left out, but a day that a zone skipped


@pytest.fixture
def morning(people):
    """Everybody's clock set the evening before, and a night's work for Sam."""
    send_digests(EIGHT - timedelta(hours=12))
    return people


def digest_of(user):
    return Message.objects.filter(kind="digest", user=user).order_by("-pk").first()


def late(user, days=1, **fields):
    at = EIGHT - timedelta(days=days)
    return followup(contact(owner=user), user, due=Due(at=at), now=at - timedelta(days=1), **fields)


def test_the_mail_says_what_is_late_and_what_is_due(morning):
    late(morning.sam, subject="Call about visa", priority="urgent")
    followup(
        contact(owner=morning.sam),
        morning.sam,
        subject="Send list",
        due=Due(on=EIGHT.date()),
        now=EIGHT - timedelta(days=1),
    )
    send_digests(EIGHT)
    message = digest_of(morning.sam)
    assert message.subject == "Monday: 1 overdue, 1 due today"
    words = render(kind="digest", subject=message.subject, data=message.data, name="Sam")
    for one in (words.text, words.html):
        for part in (
            "Monday 2 March",
            "Call about visa",
            "1 day late",
            "Send list",
            "any time",
            "urgent priority and 1 day late",
            "/a/",
        ):
            assert part in one
    assert Digest.objects.get(user=morning.sam).items["subject"] == message.subject


def test_nothing_to_say_means_no_mail(morning):
    send_digests(EIGHT)
    assert digest_of(morning.otto) is None
    assert Digest.objects.get(user=morning.otto).items == {}


def test_snoozed_and_finished_work_is_not_in_it(morning):
    snoozed, done = late(morning.sam), late(morning.sam)
    transitions.snooze(only(snoozed), by=morning.sam, now=EIGHT - timedelta(hours=1), until=EIGHT + timedelta(days=1))
    transitions.complete(only(done), by=morning.sam, now=EIGHT - timedelta(hours=10), outcome="done")
    send_digests(EIGHT)
    assert [part["title"] for part in digest_of(morning.sam).data["sections"]] == ["Nothing planned"]


def test_yesterdays_result_and_quiet_clients_are_told(morning):
    transitions.complete(only(late(morning.sam)), by=morning.sam, now=EIGHT - timedelta(hours=10), outcome="done")
    contact("Hassan", owner=morning.sam, lifecycle="client", created_at=EIGHT - timedelta(days=64))
    send_digests(EIGHT)
    data = digest_of(morning.sam).data
    assert data["yesterday"] == "Yesterday you finished 1."
    assert [part["title"] for part in data["sections"]] == ["Going quiet", "Nothing planned"]
    assert data["suggestions"][0]["text"] == "Get back to Hassan: silent for 64 days, more than twice the usual 30."


def test_whoever_has_nothing_planned_is_named(morning):
    contact("Bao", owner=morning.sam, lifecycle="working", created_at=EIGHT - timedelta(days=1))
    send_digests(EIGHT)
    assert digest_of(morning.sam).data["sections"][0]["lines"][0]["title"] == "Bao"


def test_managers_read_of_their_team_and_agents_of_themselves(morning):
    late(morning.noor)
    late(morning.otto)
    Absence.objects.create(user=morning.sam, starts_on=EIGHT.date(), ends_on=EIGHT.date())
    send_digests(EIGHT)
    team = digest_of(morning.mara).data["team"]
    assert team["sentence"] == "Your team has 1 overdue and 0 due today."
    assert team["rows"] == [["Noor", "1 overdue, 0 due today"]]
    assert team["away"] == "Away today: Sam."
    assert digest_of(morning.ada).data["team"]["sentence"].startswith("Your team has 2 overdue")
    assert digest_of(morning.noor).data["team"] is None
    assert digest_of(morning.sam) is None


def test_each_gets_it_at_their_own_hour(people):
    User.objects.filter(pk=people.sam.pk).update(time_zone="Asia/Manila", digest_hour=7)
    send_digests(EIGHT - timedelta(hours=20))
    assert DigestSchedule.objects.get(user=people.sam).next_at == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert DigestSchedule.objects.get(user=people.noor).next_at == EIGHT


def test_two_sweeps_make_one_mail(morning):
    late(morning.sam)
    send_digests(EIGHT)
    DigestSchedule.objects.update(next_at=EIGHT)  # a scheduler that believes it is due again
    send_digests(EIGHT + timedelta(hours=1))
    assert Message.objects.filter(kind="digest", user=morning.sam).count() == 1


def test_moving_to_another_zone_makes_no_second_mail_that_day(morning):
    late(morning.sam)
    send_digests(EIGHT)
    User.objects.filter(pk=morning.sam.pk).update(time_zone="America/Los_Angeles")
    send_digests(EIGHT + timedelta(minutes=1))
    # It is still Monday there at eight, but Monday's is read; Tuesday's comes at eight in Los Angeles.
    assert DigestSchedule.objects.get(user=morning.sam).next_at == datetime(2026, 3, 3, 16, tzinfo=UTC)


def test_another_hour_counts_from_the_next_morning(morning):
    User.objects.filter(pk=morning.sam.pk).update(digest_hour=6)
    send_digests(EIGHT - timedelta(hours=3))
    assert DigestSchedule.objects.get(user=morning.sam).next_at == EIGHT - timedelta(hours=2)


def test_whoever_wants_none_gets_none(morning):
    late(morning.sam)
    User.objects.filter(pk=morning.sam.pk).update(wants_digest=False)
    send_digests(EIGHT)
    assert digest_of(morning.sam) is None
    assert not DigestSchedule.objects.filter(user=morning.sam).exists()


def test_days_without_a_worker_make_one_mail(morning):
    late(morning.sam)
    send_digests(EIGHT + timedelta(days=3, hours=2))
    assert Digest.objects.get(user=morning.sam).local_date == date(2026, 3, 5)
    assert DigestSchedule.objects.get(user=morning.sam).next_at == EIGHT + timedelta(days=4)


def test_the_mail_expires_with_its_day(morning):
    late(morning.sam)
    send_digests(EIGHT)
    assert digest_of(morning.sam).expires_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_many_readers_cost_as_many_queries_as_one(morning, django_assert_max_num_queries):
    for n in range(20):
        user = User.objects.create_user(f"agent{n}@example.com", full_name=f"Agent {n}")
        late(user)
    send_digests(EIGHT - timedelta(hours=1))
    with django_assert_max_num_queries(32):
        send_digests(EIGHT)
    assert Message.objects.filter(kind="digest").count() > 20


def test_two_workers_share_the_readers(committing):
    send_digests(EIGHT - timedelta(hours=1))
    late(committing.sam)
    late(committing.noor)
    barrier = threading.Barrier(2)

    def work():
        try:
            barrier.wait()
            send_digests(EIGHT)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Message.objects.filter(kind="digest", user=committing.sam).count() == 1
    assert Message.objects.filter(kind="digest", user=committing.noor).count() == 1
