"""Playbooks about a silence: they write once it has lasted, and never after somebody spoke."""

from __future__ import annotations

import pytest

from automation.models import Enrollment, EnrollmentStatus
from crm.deals.moving import move
from crm.models import Contact
from followups.models import FollowUp
from followups.overdue import sweep_overdue
from tests.automation.library.playing import DAY, HOUR, finish, letters, passes, plans, switched_on
from tests.automation.making import goes_on, happens, where
from tests.crm.deals.given import deal, stage, these
from tests.factories import NOW, contact, followup
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(people: People) -> Contact:
    return contact(owner=people.sam)


def answers(who: Contact, now) -> None:
    happens(who, "message_received", now=now, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    goes_on(now)


class TestProposal:
    def proposed(self, maria: Contact):
        switched_on("proposal-no-response")
        return deal(contact=maria, at="Proposal sent")

    def test_after_three_days_they_are_asked_once(self, maria: Contact) -> None:
        self.proposed(maria)
        passes(NOW + 3 * DAY - HOUR)
        assert not letters(maria)
        passes(NOW + 20 * DAY, NOW + 3 * DAY)
        assert letters(maria) == ["Proposal: any questions?"]

    def test_an_answer_or_an_opt_out_ends_it(self, maria: Contact) -> None:
        self.proposed(maria)
        passes(NOW)
        answers(maria, NOW + DAY)
        passes(NOW + 5 * DAY, NOW + DAY)
        assert (where(maria).stop_reason, letters(maria)) == ("replied", [])

    def test_an_opt_out_ends_it(self, maria: Contact) -> None:
        self.proposed(maria)
        passes(NOW)
        happens(maria, "unsubscribed", now=NOW + DAY, data={"channel": "email"})
        passes(NOW + 5 * DAY, NOW + DAY)
        assert (where(maria).stop_reason, letters(maria)) == ("opted_out", [])

    def test_a_deal_that_moved_and_a_call_end_it(self, people: People, maria: Contact) -> None:
        one, ben = self.proposed(maria), contact("Ben", owner=people.sam)
        deal("Visa for Ben", contact=ben, at="Proposal sent")
        passes(NOW)
        move(these(one), to=stage("Negotiation"), by=people.sam, now=NOW + DAY)
        finish(followup(ben, people.sam), "spoke", NOW + DAY, people.sam)
        passes(NOW + 5 * DAY, NOW + DAY)
        assert not letters(maria) + letters(ben)

    def test_a_second_deal_is_asked_about_apart(self, maria: Contact) -> None:
        self.proposed(maria)
        passes(NOW)
        deal("House for Maria", contact=maria, at="Proposal sent", now=NOW + DAY)
        passes(NOW + 10 * DAY, NOW + DAY)
        assert len(letters(maria)) == 2


class TestAgreed:
    def agreed(self, people: People, maria: Contact) -> None:
        switched_on("agreed-no-action")
        finish(followup(maria, people.sam), "agreed", NOW, people.sam)

    def test_after_two_days_there_is_one_nudge(self, people: People, maria: Contact) -> None:
        self.agreed(people, maria)
        passes(NOW + 2 * DAY - HOUR)
        assert not letters(maria)
        passes(NOW + 9 * DAY, NOW + 2 * DAY)
        assert letters(maria) == ["Agreed: a friendly nudge"]

    @pytest.mark.parametrize("kind", ["document_received", "invoice_paid", "deal_stage_changed", "form_submitted"])
    def test_their_part_ends_it(self, people: People, maria: Contact, kind: str) -> None:
        self.agreed(people, maria)
        happens(maria, kind, now=NOW + DAY, data={"name": "Passport", "form": "x"})
        passes(NOW + 9 * DAY, NOW + DAY)
        assert (letters(maria), where(maria).status) == ([], EnrollmentStatus.FINISHED)


class TestCallBack:
    def missed(self, people: People, maria: Contact) -> FollowUp:
        switched_on("callback-missed", NOW - DAY)
        finish(followup(maria, people.sam), "call_back_later", NOW, people.sam)
        promised = followup(maria, people.sam, subject="Call Maria back")
        sweep_overdue(NOW + DAY)
        passes(NOW + DAY, NOW + DAY)
        return promised

    def test_a_day_later_they_get_an_apology_and_their_owner_a_call(self, people: People, maria: Contact) -> None:
        self.missed(people, maria)
        passes(NOW + 2 * DAY - HOUR, NOW + DAY)
        assert not letters(maria)
        passes(NOW + 9 * DAY, NOW + 2 * DAY)
        assert letters(maria) == ["Call-back: sorry"]
        call = FollowUp.objects.filter(contact=maria).latest("pk")
        assert call.subject.startswith("Call Maria back: it was promised for")
        assert (call.assignee, call.priority, call.due_on) == (people.sam, "urgent", (NOW + 2 * DAY).date())
        assert len(plans(maria)) == 3

    def test_a_call_that_was_made_or_moved_ends_it(self, people: People, maria: Contact) -> None:
        promised = self.missed(people, maria)
        finish(promised, "no_answer", NOW + DAY + HOUR, people.sam)
        passes(NOW + 9 * DAY, NOW + DAY + HOUR)
        assert not letters(maria)

    def test_a_call_that_nobody_asked_for_is_no_promise(self, people: People, maria: Contact) -> None:
        switched_on("callback-missed", NOW - DAY)
        followup(maria, people.sam)
        sweep_overdue(NOW + DAY)
        passes(NOW + 9 * DAY, NOW + DAY)
        assert not letters(maria)


class TestMeeting:
    def test_four_days_after_it_a_mail_recalls_it(self, people: People, maria: Contact) -> None:
        switched_on("ghosted-after-meeting")
        finish(followup(maria, people.sam, type="meeting"), "done", NOW, people.sam)
        passes(NOW + 4 * DAY - HOUR)
        assert not letters(maria)
        passes(NOW + 12 * DAY, NOW + 4 * DAY)
        assert letters(maria) == ["Meeting: where we left off"]

    def test_one_that_was_logged_counts_and_an_answer_ends_it(self, maria: Contact) -> None:
        switched_on("ghosted-after-meeting")
        Contact.objects.filter(pk=maria.pk).update(last_two_way_at=NOW)
        happens(maria, "meeting_logged", now=NOW, two_way=True, data={"outcome": "Spoke"})
        passes(NOW)
        assert where(maria).status == EnrollmentStatus.WAITING
        answers(maria, NOW + DAY)
        passes(NOW + 9 * DAY, NOW + DAY)
        assert not letters(maria)

    def test_one_to_which_nobody_came_does_not_count(self, people: People, maria: Contact) -> None:
        switched_on("ghosted-after-meeting")
        finish(followup(maria, people.sam, type="meeting"), "no_answer", NOW, people.sam)
        passes(NOW + 9 * DAY)
        assert not letters(maria)


class TestPrice:
    def test_after_three_days_they_read_of_their_options(self, people: People, maria: Contact) -> None:
        switched_on("price-objection-silence")
        finish(followup(maria, people.sam), "price_objection", NOW, people.sam)
        passes(NOW + 3 * DAY - HOUR)
        assert not letters(maria)
        passes(NOW + 12 * DAY, NOW + 3 * DAY)
        assert letters(maria) == ["Price: what it holds and what else there is"]

    def test_another_outcome_lets_nobody_in(self, people: People, maria: Contact) -> None:
        switched_on("price-objection-silence")
        finish(followup(maria, people.sam), "spoke", NOW, people.sam)
        assert not Enrollment.objects.exists()

    def test_a_talk_in_between_ends_it(self, people: People, maria: Contact) -> None:
        switched_on("price-objection-silence")
        finish(followup(maria, people.sam), "price_objection", NOW, people.sam)
        finish(followup(maria, people.sam), "spoke", NOW + DAY, people.sam)
        passes(NOW + 9 * DAY, NOW + DAY)
        assert not letters(maria)
