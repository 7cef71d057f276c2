"""Colleagues and other systems that are told, and other automations that are started and stopped."""

import pytest

from automation.models import Automation, AutomationState, Enrollment, EnrollmentStatus
from followups.models import FollowUp
from messaging.models import Message, WebhookCall
from tests.automation.effects.acting import does, put_in, why
from tests.automation.making import automation, goes_on, where
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(people):
    return contact(owner=people.sam)


def told():
    return {
        (one.user.full_name, one.kind, one.subject)
        for one in Message.objects.filter(user__isnull=False, channel="in_app").select_related("user")
        if one.kind.startswith("automation")
    }


class TestColleagues:
    def test_the_owner_hears_of_it_with_fields_filled(self, maria):
        does({"kind": "notify", "subject": "{{ first_name }} paid {{ data.amount }}"}, maria, amount=12)
        assert told() == {("Sam", "automation_news", "Maria paid 12")}
        assert why(maria) == "Told Sam."

    def test_whoever_leads_the_owner(self, maria):
        does({"kind": "notify", "to": "manager", "subject": "Look", "urgent": True}, maria)
        assert told() == {("Mara", "automation_urgent", "Look")}

    def test_a_team(self, people, maria):
        does({"kind": "notify", "to": "team", "team": people.visa.pk, "subject": "Look"}, maria)
        assert {name for name, _, _ in told()} == {"Mara", "Sam", "Noor"}

    def test_nobody_owns_them_and_it_goes_on(self, people):
        ben = contact("Ben")
        [row] = does({"kind": "notify", "subject": "Look"}, ben)
        assert (row.status, why(ben)) == (EnrollmentStatus.FINISHED, "Nobody was told: they have no owner.")

    def test_a_colleague_who_left_parks_them(self, people, maria):
        type(people.noor).objects.filter(pk=people.noor.pk).update(is_active=False)
        [row] = does({"kind": "notify", "to": "person", "person": people.noor.pk, "subject": "Look"}, maria)
        assert row.status == EnrollmentStatus.FAILED

    def test_escalating_tells_the_manager_why_and_makes_follow_ups_urgent(self, maria):
        made = automation(
            {"kind": "create_followup", "subject": "Call", "type": "call"},
            {"kind": "escalate", "reason": "Nobody called {{ first_name }}", "priority": "urgent"},
        )
        put_in(made, maria)
        goes_on(NOW)
        assert told() == {("Mara", "automation_escalated", "Maria needs you")}
        assert "Nobody called Maria" in Message.objects.get(kind="automation_escalated", channel="in_app").data["lines"]
        assert FollowUp.objects.get().priority == "urgent"

    def test_without_a_lead_the_administrators_hear_of_it(self, people):
        ben = contact("Ben", owner=people.otto)
        does({"kind": "escalate", "reason": "Late"}, ben)
        assert {name for name, _, _ in told()} == {"Ada"}

    def test_nobody_is_told_twice(self, maria):
        [row] = does({"kind": "notify", "subject": "Look"}, maria)
        before = Message.objects.count()
        row.steps.all().delete()
        Enrollment.objects.update(status="active", step="s1", visits=0, next_at=NOW)
        goes_on(NOW)
        assert Message.objects.count() == before


class TestWebhooks:
    def test_facts_are_written_once_and_nothing_secret(self, maria):
        step = {"kind": "webhook", "url": "https://example.org/hook", "name": "paid"}
        [row] = does(step, maria, invoice="A-7")
        one = WebhookCall.objects.get()
        assert (one.url, one.contact, one.cause_id) == ("https://example.org/hook", maria, row.pk)
        assert one.body["event"] == "paid"
        assert one.body["contact"] == {
            "id": maria.pk, "first_name": "Maria", "email": maria.email,
        }  # fmt: skip
        assert one.body["data"] == {"invoice": "A-7"}
        assert row.steps.get().data["webhook"] == one.pk

    def test_who_it_is_may_be_kept_back(self, maria):
        does({"kind": "webhook", "url": "https://example.org/hook", "with_contact": False}, maria)
        assert WebhookCall.objects.get().body["contact"] == {"id": maria.pk}

    @pytest.mark.parametrize("url", ["http://127.0.0.1/x", "ftp://example.org", "https://user:pw@example.org/", "x"])
    def test_an_address_that_may_not_be_called_parks_them(self, maria, url):
        [row] = does({"kind": "webhook", "url": url}, maria)
        assert row.status == EnrollmentStatus.FAILED
        assert row.why.startswith("Its address cannot be called:")
        assert not WebhookCall.objects.exists()


class TestOtherAutomations:
    def test_they_enter_the_other_one_with_what_is_known(self, maria):
        other = automation({"kind": "wait", "amount": 1})
        [row] = does({"kind": "start_automation", "automation": other.pk}, maria, colour="red")
        inside = Enrollment.objects.get(automation=other)
        assert (inside.memory["words"], inside.depth) == ({"colour": "red"}, 1)
        assert row.steps.get().data["enrollment"] == inside.pk

    def test_who_may_not_enter_goes_on_and_it_says_why(self, maria):
        other = automation({"kind": "wait", "amount": 1})
        put_in(other, maria)
        [row] = does({"kind": "start_automation", "automation": other.pk}, maria)
        assert row.status == EnrollmentStatus.FINISHED
        assert why(maria).startswith("Did not enter “Nurture”: They are inside already")

    def test_one_that_starts_itself_comes_to_no_end_but_does_not_run_away(self, maria):
        one = automation({"kind": "start_automation", "automation": 1}, reentry="always")
        put_in(one, maria)
        goes_on(NOW)
        assert Enrollment.objects.count() < 20

    def test_they_leave_the_other_one(self, maria):
        other = automation({"kind": "wait", "amount": 1})
        put_in(other, maria)
        does({"kind": "stop_automation", "automation": other.pk}, maria)
        inside = Enrollment.objects.get(automation=other)
        assert (inside.status, inside.why) == (EnrollmentStatus.STOPPED, "Another automation stopped it.")
        assert why(maria) == "Left “Nurture”."

    @pytest.mark.parametrize("kind", ["start_automation", "stop_automation"])
    def test_one_that_was_deleted_parks_them(self, maria, kind):
        other = automation({"kind": "wait", "amount": 1})
        Automation.objects.filter(pk=other.pk).update(deleted_at=NOW)
        [row] = does({"kind": kind, "automation": other.pk}, maria)
        assert row.status == EnrollmentStatus.FAILED
        assert "was deleted" in row.why

    def test_one_that_is_paused_is_named_and_they_go_on(self, maria):
        other = automation({"kind": "wait", "amount": 1})
        Automation.objects.filter(pk=other.pk).update(state=AutomationState.PAUSED)
        does({"kind": "start_automation", "automation": other.pk}, maria)
        assert "is not active" in why(maria)
        assert where(maria).status == EnrollmentStatus.FINISHED
