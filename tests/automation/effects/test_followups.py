"""Follow-ups that steps make, wait for and close; deals that they move."""

from datetime import date, timedelta

import pytest

from automation import writing
from automation.models import EnrollmentStatus
from followups.models import FollowUp, FollowUpTemplate, Status
from followups.transitions import cancel, complete
from tests.automation.effects.acting import does, put_in, why
from tests.automation.making import automation, goes_on, where
from tests.crm.deals.given import deal, reason, stage
from tests.crm.documents.making import document
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, contacts, kind

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CALL = {"kind": "create_followup", "subject": "Call {{ first_name|them }}", "type": "call"}


@pytest.fixture
def maria(people):
    return contact(owner=people.sam)


def only(pk):
    return FollowUp.objects.filter(pk=pk)


class TestMaking:
    def test_it_is_the_owners_due_and_filled(self, people, maria):
        [row] = does({**CALL, "due_in": 2, "description": "Invoice {{ data.invoice|none }}"}, maria, invoice="A-7")
        made = FollowUp.objects.get()
        assert (made.subject, made.description, made.assignee) == ("Call Maria", "<p>Invoice A-7</p>", people.sam)
        assert (made.due_on, made.priority, made.type) == (date(2026, 3, 4), "medium", kind())
        assert row.memory["made"] == {"s1:0": made.pk}
        assert made.assigned_because == "Sam is the owner"

    def test_minutes_make_a_moment(self, maria):
        does({**CALL, "due_in": 5, "due_unit": "minutes"}, maria)
        assert FollowUp.objects.get().due_at == NOW + timedelta(minutes=5)

    def test_a_time_of_day_is_the_colleagues(self, people, maria):
        type(people.sam).objects.filter(pk=people.sam.pk).update(time_zone="Asia/Manila")
        does({**CALL, "due_in": 1, "due_at": "10:00"}, maria)
        assert FollowUp.objects.get().due_at.isoformat() == "2026-03-03T02:00:00+00:00"

    def test_what_comes_late_is_not_late_from_the_start(self, maria):
        does({**CALL, "due_in": 5, "due_unit": "minutes"}, maria, now=NOW + DAY)
        assert FollowUp.objects.get().due_at == NOW + DAY + timedelta(minutes=5)

    def test_a_template_gives_what_is_left_empty(self, maria):
        made = FollowUpTemplate.objects.create(
            name="Our own check-in",
            subject="Check-in with {{ contact.full_name }}",
            type=kind("meeting"),
            priority="high",
        )
        does({"kind": "create_followup", "template": made.pk, "description": "Own words"}, maria)
        one = FollowUp.objects.get()
        assert (one.subject, one.description, one.type.slug, one.priority) == (
            "Check-in with Maria", "<p>Own words</p>", "meeting", "high",
        )  # fmt: skip
        assert one.template == made

    def test_it_waits_for_the_record_that_they_are_in_for(self, maria):
        bill = invoice(maria)
        does({**CALL, "subject": "Ask for {{ invoice.amount }}"}, maria, about=f"invoice:{bill.pk}")
        made = FollowUp.objects.filter(invoice=bill).latest("pk")
        assert made.subject.startswith("Ask for")
        assert "100" in made.subject

    def test_without_an_owner_it_goes_to_whoever_has_most_room(self, people):
        does({**CALL, "whom": "least_loaded"}, *contacts(6))
        assert FollowUp.objects.filter(assignee=people.otto).count() == 2

    def test_it_is_made_once_whatever_happens(self, maria):
        [row] = does(CALL, maria)
        type(row).objects.update(status="active", step="s1", visits=0, next_at=NOW, memory={})
        row.steps.all().delete()
        goes_on(NOW)
        assert FollowUp.objects.count() == 1
        assert where(maria).memory["made"] == {"s1:0": FollowUp.objects.get().pk}

    def test_a_loop_remembers_the_newest_of_what_it_made(self, maria, monkeypatch):
        monkeypatch.setattr(writing, "MOST_MADE", 2)
        put_in(automation(CALL, CALL, CALL), maria)
        goes_on(NOW)
        newest = list(FollowUp.objects.order_by("-pk").values_list("pk", flat=True)[:2])
        assert sorted(where(maria).memory["made"].values()) == sorted(newest)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"template": 4711}, "Its template was deleted"),
            ({"type": "no-such"}, "The type “no-such” was deleted"),
            ({"whom": "person", "person": 4711}, "cannot hold follow-ups any more"),
        ],
    )
    def test_what_was_deleted_parks_them_and_others_go_on(self, people, maria, fields, said):
        [row] = does({**CALL, **fields}, maria)
        assert row.status == EnrollmentStatus.FAILED
        assert said in row.why
        other = contact("Ben", owner=people.sam)
        [fine] = does(CALL, other)
        assert fine.status == EnrollmentStatus.FINISHED

    def test_a_template_that_was_put_away_is_named(self, maria):
        made = FollowUpTemplate.objects.create(name="Old", subject="x", type=kind(), archived_at=NOW)
        [row] = does({"kind": "create_followup", "template": made.pk}, maria)
        assert row.why == "The template “Old” was put away. Choose another one."


class TestWaiting:
    def started(self, maria, **fields):
        made = automation(
            {**CALL, "wait": True, "by_outcome": ["no-answer"], **fields,
             "exits": {"outcome:no-answer": "again", "done": "end", "late": None}},
            {"id": "again", "kind": "add_tag", "exits": {}},
            {"id": "end", "kind": "end", "goal_met": True, "exits": {}},
        )  # fmt: skip
        put_in(made, maria)
        goes_on(NOW)
        return FollowUp.objects.latest("pk")

    def outcome(self, positive=True):
        from followups.models import Outcome

        found = Outcome.objects.filter(sense="positive" if positive else "no_contact", type=None).first()
        return (found or Outcome.objects.filter(sense="positive" if positive else "no_contact").first()).slug

    def test_they_go_on_when_it_is_completed(self, people, maria):
        one = self.started(maria)
        assert where(maria).status == EnrollmentStatus.WAITING
        complete(only(one.pk), by=people.sam, now=NOW + DAY, outcome=self.outcome())
        from crm.dispatching import dispatch_pending

        dispatch_pending(NOW + DAY)
        goes_on(NOW + DAY)
        assert where(maria).stop_reason in ("goal_met", "replied")

    def test_they_go_on_when_it_takes_too_long(self, maria):
        self.started(maria, due_in=1, late_after=2)
        goes_on(NOW + 3 * DAY - timedelta(seconds=1))
        assert where(maria).status == EnrollmentStatus.WAITING
        goes_on(NOW + 3 * DAY)
        assert where(maria).status == EnrollmentStatus.FINISHED
        assert why(maria) == "It was not completed within 2 days after it was due."

    def test_called_off_is_not_done(self, people, maria):
        one = self.started(maria)
        cancel(only(one.pk), by=people.sam, now=NOW + DAY)
        from crm.dispatching import dispatch_pending

        dispatch_pending(NOW + DAY)
        goes_on(NOW + DAY)
        assert where(maria).status == EnrollmentStatus.FINISHED
        assert where(maria).steps.latest("pk").way == "late"


class TestClosing:
    def test_those_of_this_round_close_and_no_others(self, people, maria):
        from tests.factories import followup

        other = followup(maria, people.sam)
        made = automation(CALL, CALL, {"kind": "complete_followups", "reason": "Paid"})
        put_in(made, maria)
        goes_on(NOW)
        mine = FollowUp.objects.exclude(pk=other.pk)
        assert set(mine.values_list("status", "completion_notes")) == {(Status.COMPLETED, "Paid")}
        other.refresh_from_db()
        assert other.is_open
        assert why(maria) == "Completed 2 follow-ups."
        maria.refresh_from_db()
        assert maria.last_two_way_at is None

    def test_they_may_be_cancelled(self, maria):
        put_in(automation(CALL, {"kind": "complete_followups", "how": "cancel"}), maria)
        goes_on(NOW)
        assert FollowUp.objects.get().status == Status.CANCELLED

    def test_none_open_is_no_failure(self, maria):
        does({"kind": "complete_followups"}, maria)
        assert why(maria) == "None of its follow-ups was open."


class TestDeals:
    def test_the_deal_that_they_are_in_for_moves(self, maria):
        first, second = deal(contact=maria), deal("Other", contact=maria)
        does({"kind": "change_stage", "stage": stage("Contacted").pk}, maria, about=f"deal:{second.pk}")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.stage.name, second.stage.name) == ("New", "Contacted")

    def test_else_their_one_open_deal(self, maria):
        one = deal(contact=maria)
        does({"kind": "change_stage", "stage": stage("Contacted").pk}, maria)
        one.refresh_from_db()
        assert one.stage.name == "Contacted"

    @pytest.mark.parametrize("number", [0, 2])
    def test_none_or_several_move_none_and_it_says_so(self, maria, number):
        for _ in range(number):
            deal(contact=maria)
        [row] = does({"kind": "change_stage", "stage": stage("Contacted").pk}, maria)
        assert row.status == EnrollmentStatus.FINISHED
        assert why(maria) == "They have no open deal, or several: none was moved."

    def test_somebody_elses_deal_is_left_alone(self, maria):
        theirs = deal(contact=contact("Ben"))
        does({"kind": "change_stage", "stage": stage("Contacted").pk}, maria, about=f"deal:{theirs.pk}")
        theirs.refresh_from_db()
        assert theirs.stage.name == "New"

    def test_losing_one_needs_a_reason(self, maria):
        one = deal(contact=maria)
        [row] = does({"kind": "change_stage", "stage": stage("Lost").pk}, maria)
        assert row.status == EnrollmentStatus.FAILED
        assert "Say why it was lost" in row.why
        does({"kind": "change_stage", "stage": stage("Lost").pk, "reason": reason().pk}, maria)
        one.refresh_from_db()
        assert one.status == "lost"

    def test_a_stage_that_was_put_away_is_named(self, maria):
        deal(contact=maria)
        old = stage("Contacted")
        type(old).objects.filter(pk=old.pk).update(archived_at=NOW)
        [row] = does({"kind": "change_stage", "stage": old.pk}, maria)
        assert row.why == "The stage “Contacted” was put away. Choose another one."


def test_a_document_may_be_what_they_are_in_for(maria):
    passport = document(maria)
    does({**CALL, "subject": "Ask for {{ document.name }}"}, maria, about=f"document:{passport.pk}")
    assert FollowUp.objects.filter(document=passport, subject="Ask for Passport").exists()


def test_somebody_elses_record_is_not_tied_to_it(maria):
    passport = document(contact("Ben"))
    does({**CALL, "subject": "Ask for {{ document.name|it }}"}, maria, about=f"document:{passport.pk}")
    made = FollowUp.objects.get(contact=maria)
    assert (made.document_id, made.subject) == (None, "Ask for it")
