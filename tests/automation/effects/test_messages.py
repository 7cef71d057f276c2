"""Messages of automations: what they say of the record, and how many leave."""

from datetime import timedelta

import pytest
from django.test import Client

from automation.models import Enrollment, EnrollmentStatus
from automation.running import run_batch
from crm.contacts import change_contact
from crm.dispatching import dispatch_pending
from crm.invoices.issuing import change
from crm.models import Contact, Invoice
from messaging.claimed import Claimed
from messaging.models import ContactPolicy, Message, MessageTemplate
from messaging.templating.rendering import written_for_contacts
from tests.api.calling import api_of
from tests.automation.effects.acting import does, put_in, why
from tests.automation.making import automation, goes_on, template, where
from tests.crm.deals.given import deal
from tests.crm.documents.making import approved
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, contacts, followup

pytestmark = pytest.mark.django_db


def these(who):
    return Contact.objects.filter(pk=who.pk)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said(who) -> str:
    """The words of the last message to somebody, as they would leave."""
    row = Message.objects.filter(contact=who).latest("pk")
    claimed = Claimed(
        row.pk, row.channel, row.kind, None, row.contact_id, row.subject, row.data, None, 1, row.created_at,
        template_id=row.template_id, topic=row.topic,
    )  # fmt: skip
    return written_for_contacts([claimed], now=NOW)[row.pk].text


class TestFields:
    def test_people_s_own_names_for_them_work(self, people):
        maria = contact(last_name="Silva", organisation="Alba", owner=people.sam)
        words = "{{ first_name }} {{ full_name }} {{ organisation }} {{ owner.first_name }} {{ unsubscribe_link }}"
        does({"kind": "send_email", "template": template(text=words)}, maria)
        assert said(maria).startswith("Maria Maria Silva Alba Sam http")

    def test_what_the_trigger_knew(self):
        maria = contact()
        words = "{{ data.text }} {{ data.amount|0 }} {{ data.nothing|there }}"
        does({"kind": "send_email", "template": template(text=words)}, maria, text="My words", amount=3)
        assert said(maria) == "My words 3 there"

    def test_an_event_from_outside_does_not_put_its_own_words_in_place_of_the_template(self):
        maria = contact()
        does({"kind": "send_email", "template": template()}, maria, text="Buy!", html="<b>Buy!</b>", insist="yes")
        assert said(maria) == "Hello Maria"

    def test_the_record_that_they_are_in_for_as_it_is_now(self):
        maria = contact()
        bill = invoice(maria, number="A-7", currency="EUR")
        words = "{{ invoice.number }}, {{ invoice.amount }}, {{ invoice.due_on }}"
        does({"kind": "send_email", "template": template(text=words)}, maria, about=f"invoice:{bill.pk}")
        assert said(maria).startswith("A-7, ")
        assert said(maria).endswith(", 16 March 2026")

    def test_documents_and_deals_and_days(self, people):
        maria = contact(owner=people.sam)
        passport = approved(maria, expires_on=NOW.date() + 90 * DAY)
        deal(contact=maria, at="Proposal sent")
        followup(maria, people.sam)
        words = "{{ document.name }} {{ document.expires_on }} {{ deal.stage }} {{ proposal_date }} {{ promised_date }} {{ meeting_date|never }}"
        does({"kind": "send_email", "template": template(text=words)}, maria, about=f"document:{passport.pk}")
        assert said(maria) == "Passport 31 May 2026 Proposal sent 2 March 2026 3 March 2026 never"

    @pytest.mark.parametrize("kind", ["invoice", "document", "followup"])
    def test_a_number_from_outside_shows_nothing_of_somebody_elses_record(self, people, kind):
        maria, ben = contact(), contact("Ben")
        theirs = {
            "invoice": invoice(ben, number="B-9", currency="EUR"),
            "document": approved(ben, expires_on=NOW.date() + 90 * DAY),
            "followup": followup(ben, people.sam),
        }
        words = "{{ invoice.number|none }} {{ document.name|none }} {{ promised_date|none }}"
        does({"kind": "send_email", "template": template(text=words)}, maria, **{f"{kind}_id": theirs[kind].pk})
        assert said(maria) == "none none none"

    def test_templates_that_name_no_record_ask_for_none(self):
        maria = contact()
        made = automation({"kind": "send_email", "template": template()})
        put_in(made, maria)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            run_batch(NOW)
        assert not any("crm_invoice" in one["sql"] or "crm_document" in one["sql"] for one in queries)


class TestWhereItComesFrom:
    def test_the_api_names_automation_and_step_and_finds_by_automation(self, people):
        maria = contact()
        first = does({"kind": "send_email", "template": template("First")}, maria)[0].automation_id
        second = does({"kind": "send_email", "template": template("Second")}, maria)[0].automation_id
        api = api_of(people.ada, "messages:read")
        [found] = api.get(f"/messages?automation={second}").json()["items"]
        assert (found["automation"], found["step"], found["contact"]) == (second, "s1", maria.pk)
        assert first != second

    def test_its_page_leads_to_the_round(self, people):
        [row] = does({"kind": "send_email", "template": template()}, contact())
        client = Client()
        client.force_login(people.ada)
        page = client.get(f"/messages/{Message.objects.get().pk}/").content.decode()
        assert f'href="/automations/{row.automation_id}/people/{row.pk}/"' in page
        listed = client.get(f"/messages/?automation={row.automation_id}").content.decode()
        assert f"/messages/{Message.objects.get().pk}/" in listed


def test_everybody_gets_the_success_story_of_their_interest():
    from crm.custom_fields import make_field
    from crm.tagging import make_tag, tag

    make_field(label="Interest", kind="text")
    for name in ("Success story: Visa", "Success story: Schools", "Success story"):
        template(name, text=f"{name} came true.")
    by_field, by_tag, other = contact(custom={"interest": "visa"}), contact("Ben"), contact("Luz")
    tag(these(by_tag), add=[make_tag("Schools").pk], by=None, now=NOW)
    does({"kind": "send_email", "template": template(text="{{ success_story|Nothing }}")}, by_field, by_tag, other)
    told = [said(one) for one in (by_field, by_tag, other)]
    assert told == [
        "Success story: Visa came true.", "Success story: Schools came true.", "Success story came true.",
    ]  # fmt: skip


def test_a_message_is_about_what_its_template_says():
    maria = contact()
    news = template("News")
    MessageTemplate.objects.filter(pk=news).update(topic="marketing")
    does({"kind": "send_email", "template": news}, maria)
    assert Message.objects.get().topic == "marketing"


class TestGone:
    def test_a_template_that_was_put_away_is_named_and_the_others_go_on(self):
        maria, ben = contact(), contact("Ben")
        old, fine = template("Old"), template("Fine")
        MessageTemplate.objects.filter(pk=old).update(archived_at=NOW)
        [row] = does({"kind": "send_email", "template": old}, maria)
        assert (row.status, row.why) == (
            EnrollmentStatus.FAILED, "The template “Old” was put away. Choose another one.",
        )  # fmt: skip
        [other] = does({"kind": "send_email", "template": fine}, ben)
        assert other.status == EnrollmentStatus.FINISHED

    def test_a_refusal_of_the_gate_is_no_failure(self):
        nobody = contact(email="")
        [row] = does({"kind": "send_email", "template": template()}, nobody)
        assert row.status == EnrollmentStatus.FINISHED
        assert why(nobody).startswith("Not sent:")

    @pytest.mark.parametrize(("kind", "channel"), [("send_sms", "sms"), ("send_whatsapp", "whatsapp")])
    def test_each_channel_has_its_step(self, kind, channel):
        maria = contact(phone="+34600000001")
        does({"kind": kind, "template": template(channel=channel), "fallback": False}, maria)
        assert Message.objects.get().channel == channel

    def test_the_best_channel_is_chosen(self):
        maria = contact()
        does({"kind": "send_message", "template": template()}, maria)
        assert Message.objects.get().channel == "email"


class TestCaps:
    def write(self, *who):
        name = f"Template {MessageTemplate.objects.count()}"
        put_in(automation({"kind": "send_email", "template": template(name)}), *who)

    def test_all_automations_together_write_at_most_so_many_a_day(self):
        maria = contact()
        for _ in range(3):
            self.write(maria)
        goes_on(NOW)
        assert Message.objects.count() == 2
        waiting = Enrollment.objects.get(status=EnrollmentStatus.WAITING)
        assert waiting.why == "Automations have sent them 2 messages within a day, the most allowed."
        goes_on(waiting.next_at)
        assert Message.objects.count() == 3

    def test_the_cap_also_holds_where_the_step_is_reached_within_the_turn(self):
        maria = contact()
        ContactPolicy.objects.update(automations_per_day=1)
        send = {"kind": "send_email", "template": template()}
        put_in(automation(send, {"kind": "wait", "amount": 1, "unit": "hours"}, send), maria)
        for hour in range(30):
            goes_on(NOW + hour * HOUR)
            assert Message.objects.count() == (1 if hour < 24 else 2)

    def test_without_a_cap_there_is_none(self):
        maria = contact()
        ContactPolicy.objects.update(automations_per_day=None)
        for _ in range(5):
            self.write(maria)
        goes_on(NOW)
        assert Message.objects.count() == 5

    def test_what_was_refused_does_not_count(self):
        nobody = contact(email="")
        for _ in range(3):
            self.write(nobody)
        goes_on(NOW)
        assert not Enrollment.objects.filter(status=EnrollmentStatus.WAITING).exists()

    def test_the_most_of_a_round_counts_what_left(self):
        send = {"kind": "send_email", "template": template()}
        maria, nobody = contact(), contact("Nobody", email="")
        put_in(automation(send, send, {"kind": "add_tag", "tag": 4711}, most_touches=1), maria, nobody)
        goes_on(NOW)
        assert (where(maria).stop_reason, where(maria).memory["touches"]) == ("too_many_touches", 1)
        assert (where(nobody).step, where(nobody).memory["touches"]) == ("s3", 0)

    def test_runs_take_so_many_each(self):
        some = contacts(5)
        made = automation(
            {"kind": "send_email", "template": template()}, runs_at=["09:00", "14:00", "18:00"], batch_size=2
        )
        put_in(made, *some)
        for at, most in ((0, 2), (1, 2), (5, 4), (6, 4), (9, 5)):
            goes_on(NOW + at * HOUR)
            assert Message.objects.count() == most, at

    def test_two_batches_of_one_run_count_as_one(self):
        some = contacts(4)
        made = automation({"kind": "send_email", "template": template()}, runs_at=["09:00"], batch_size=3)
        put_in(made, *some)
        while run_batch(NOW, limit=1):
            pass
        assert Message.objects.count() == 3

    def test_another_zone_while_waiting_moves_the_hours(self):
        maria = contact(time_zone="Europe/Madrid")
        hours = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "15:00", "to": "16:00"}
        put_in(automation({"kind": "send_email", "template": template()}, window=hours), maria)
        goes_on(NOW)
        assert where(maria).next_at == NOW + 5 * HOUR
        change_contact(these(maria), by=None, now=NOW + HOUR, changes={"time_zone": "Asia/Dhaka"})
        dispatch_pending(NOW + HOUR)
        goes_on(NOW + HOUR)
        assert Message.objects.count() == 0
        assert where(maria).next_at == NOW + 24 * HOUR


def test_who_moves_to_another_zone_waits_for_nine_there():
    maria = contact(time_zone="Europe/Madrid")
    put_in(automation({"kind": "wait_until", "at": "15:00"}), maria)
    goes_on(NOW)
    assert where(maria).next_at == NOW + 5 * HOUR
    change_contact(these(maria), by=None, now=NOW, changes={"time_zone": "Asia/Dhaka"})
    dispatch_pending(NOW)
    goes_on(NOW)
    assert where(maria).status == EnrollmentStatus.FINISHED
    assert why(maria) == "It is past 15:00."


def test_a_date_that_is_moved_counts_as_it_is_now():
    maria = contact()
    bill = invoice(maria)
    made = automation(
        {"kind": "wait_until", "until": "date", "date": "invoice.due_on", "offset_days": -2, "at": "09:00"}
    )
    put_in(made, maria, about=f"invoice:{bill.pk}")
    goes_on(NOW)
    assert where(maria).next_at == NOW + 12 * DAY
    change(Invoice.objects.filter(pk=bill.pk), by=None, now=NOW, changes={"due_on": NOW.date() + 5 * DAY})
    dispatch_pending(NOW)
    goes_on(NOW)
    assert where(maria).next_at == NOW + 3 * DAY
