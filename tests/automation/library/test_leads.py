"""Playbooks for leads: called within minutes, kept warm, let go only by a person; and guests of an event shared out."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from automation.models import Enrollment, EnrollmentStatus
from crm.audiences.members import add_members
from crm.dispatching import dispatch_pending
from crm.models import Audience, Contact, Lifecycle
from followups.models import FollowUp
from messaging.models import Message
from tests.automation.library.playing import DAY, HOUR, finish, letters, passes, plans, switched_on
from tests.automation.making import goes_on, happens, where
from tests.factories import NOW, contact, contacts, followup
from tests.people import People

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


class TestSpeedToLead:
    def came(self, now: datetime = NOW, **fields: Any) -> Contact:
        switched_on("speed-to-lead", now)
        lead = contact("Lea", **fields)
        happens(lead, "contact_created", now=now, data={"lifecycle": "new"})
        goes_on(now)
        return lead

    def calls(self, lead: Contact) -> list[tuple[str, str]]:
        rows = FollowUp.objects.filter(contact=lead).order_by("pk")
        return list(rows.values_list("assignee__full_name", "status"))

    def test_they_get_an_owner_and_one_call_due_in_five_minutes(self, people: People) -> None:
        lead = self.came()
        [call] = FollowUp.objects.filter(contact=lead)
        lead.refresh_from_db()
        assert (call.due_at, call.priority, call.assignee_id) == (NOW + 5 * MINUTE, "urgent", lead.owner_id)
        assert call.subject == "Initial contact: Lea"

    def test_done_in_time_the_goal_is_met(self, people: People) -> None:
        lead = self.came(owner=people.sam)
        finish(FollowUp.objects.filter(contact=lead), "spoke", NOW + 3 * MINUTE, people.sam)
        passes(NOW + DAY, NOW + 3 * MINUTE, HOUR)
        assert where(lead).stop_reason == "goal_met"
        assert self.calls(lead) == [("Sam", "completed")]

    def test_unmet_it_is_passed_on_to_another_and_then_to_the_manager(self, people: People) -> None:
        lead = self.came(owner=people.sam)
        passes(NOW + 5 * MINUTE, NOW + 4 * MINUTE, MINUTE)
        [(_, first), (second, status)] = self.calls(lead)
        assert (first, status) == ("cancelled", "pending")
        assert second != "Sam"
        passes(NOW + 30 * MINUTE, NOW + 5 * MINUTE, MINUTE)
        assert len(self.calls(lead)) == 2
        assert where(lead).status == EnrollmentStatus.FINISHED
        told = Message.objects.filter(channel="in_app", subject__contains="Lea").values_list(
            "user__full_name", flat=True
        )
        assert "Mara" in told

    def test_at_night_it_is_passed_on_when_work_begins(self, people: People) -> None:
        night = NOW + 13 * HOUR
        lead = self.came(night, owner=people.sam)
        passes(night + 10 * HOUR, night, HOUR)
        assert self.calls(lead) == [("Sam", "pending")]
        passes(NOW + DAY, night + 11 * HOUR, HOUR)
        assert len(self.calls(lead)) == 2

    def test_a_client_who_is_added_is_no_lead(self, people: People) -> None:
        client = self.came(lifecycle=Lifecycle.CLIENT)
        assert not Enrollment.objects.filter(contact=client).exists()


class TestThreeAttempts:
    def in_vain(self, people: People, lead: Contact, times: int, outcome: str = "no_answer") -> None:
        for number in range(times):
            finish(followup(lead, people.sam), outcome, NOW + number * HOUR, people.sam)

    def test_the_third_in_a_row_asks_the_owner_and_moves_nothing(self, people: People) -> None:
        switched_on("three-failed-attempts")
        lead = contact("Lea", owner=people.sam)
        self.in_vain(people, lead, 2)
        assert len(plans(lead)) == 2
        self.in_vain(people, lead, 1, "voicemail")
        assert plans(lead)[-1] == "Decide about Lea: move to lost?"
        decision = FollowUp.objects.filter(contact=lead).latest("pk")
        assert (decision.due_on, decision.assignee) == ((NOW + DAY).date(), people.sam)
        assert "3 attempts in a row" in decision.description
        lead.refresh_from_db()
        assert lead.lifecycle == Lifecycle.NEW
        passes(NOW + 3 * DAY, NOW + 4 * HOUR)
        assert len(plans(lead)) == 4

    def test_somebody_reached_in_between_begins_the_count_anew(self, people: People) -> None:
        switched_on("three-failed-attempts")
        lead = contact("Lea", owner=people.sam)
        self.in_vain(people, lead, 2)
        self.in_vain(people, lead, 1, "spoke")
        self.in_vain(people, lead, 1)
        assert not Enrollment.objects.exists()


class TestLongTermNurture:
    def test_thirty_days_of_silence_bring_one_story(self, people: People) -> None:
        switched_on("long-term-nurture")
        lead, client = contact("Lea", owner=people.sam), contact("Cleo", lifecycle=Lifecycle.CLIENT)
        passes(NOW + 29 * DAY)
        assert not letters(lead)
        passes(NOW + 80 * DAY, NOW + 29 * DAY)
        assert (letters(lead), letters(client)) == (["News: a success story"], [])


class TestQualified:
    def unanswered(self, people: People) -> Contact:
        """Somebody qualified whom we wrote to a day ago."""
        switched_on("qualified-not-converted")
        lead = contact("Lea", owner=people.sam, lifecycle=Lifecycle.QUALIFIED, time_zone="UTC")
        happens(lead, "message_sent", now=NOW + 5 * MINUTE, data={"subject": "Your offer", "channel": "E-mail"})
        return lead

    def test_four_messages_in_runs_a_day_apart(self, people: People) -> None:
        lead = self.unanswered(people)
        passes(NOW + 12 * DAY, NOW, HOUR)
        assert letters(lead) == [f"Qualified: message {number}" for number in range(1, 5)]
        rows = list(
            Message.objects.filter(contact=lead, kind="automation").order_by("pk").values_list("created_at", flat=True)
        )
        assert {at.hour for at in rows} <= {9, 14, 18}
        assert all(later - earlier >= DAY for earlier, later in pairwise(rows))

    def test_whoever_becomes_a_client_has_met_the_goal(self, people: People) -> None:
        lead = self.unanswered(people)
        passes(NOW + 2 * DAY, NOW, HOUR)
        Contact.objects.filter(pk=lead.pk).update(lifecycle=Lifecycle.CLIENT)
        before = letters(lead)
        passes(NOW + 9 * DAY, NOW + 2 * DAY, HOUR)
        assert (letters(lead), where(lead).stop_reason) == (before, "goal_met")

    def test_an_answer_ends_it(self, people: People) -> None:
        lead = self.unanswered(people)
        passes(NOW + 2 * DAY, NOW, HOUR)
        happens(lead, "message_received", now=NOW + 2 * DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
        before = letters(lead)
        passes(NOW + 9 * DAY, NOW + 2 * DAY, HOUR)
        assert (letters(lead), where(lead).stop_reason) == (before, "replied")


class TestAfterAnEvent:
    def test_each_guest_has_one_follow_up_and_they_are_shared_out(self, people: People) -> None:
        switched_on("post-event")
        guests = contacts(9, owner=people.sam)
        audience = Audience.objects.get(name="Event attendees")
        add_members(audience, Contact.objects.filter(pk__in=[one.pk for one in guests]), by=people.mara, now=NOW)
        dispatch_pending(NOW)
        passes(NOW + 3 * DAY)
        made = FollowUp.objects.all()
        assert made.count() == 9
        assert made.values("contact").distinct().count() == 9
        assert made.values("assignee").distinct().count() == 3
        assert set(made.values_list("due_on", flat=True)) == {(NOW + DAY).date()}
