"""Pages about people: who is inside, one round with its reasons, a contact's automations, and a rehearsal."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment, StepVisit
from crm.models import Contact
from messaging.models import Message, MessageTemplate
from tests.automation.making import automation, goes_on, happens, template, where
from tests.factories import NOW, contact, contacts
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WAIT = {"kind": "wait", "amount": 2, "unit": "days"}


@pytest.fixture
def people() -> People:
    return everybody()


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def nurture(**rules: Any) -> Automation:
    mail = {"kind": "send_email", "template": template()}
    return automation(mail, WAIT, mail, **rules)


def enter(made: Automation, *those: Contact) -> None:
    enroll([Entry(made.pk, one.pk, NOW) for one in those], now=NOW)
    goes_on(NOW)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_those_inside_are_listed_with_their_step_and_what_they_wait_for(people: People) -> None:
    made = nurture()
    enter(made, contact("Maria", owner=people.sam))
    page = text(browser(people.sam), f"/automations/{made.pk}/people/")
    assert "Maria" in page
    assert html.escape(where(Contact.objects.get()).why) in page


def test_nobody_sees_people_whose_contacts_they_may_not_see(people: People) -> None:
    made = nurture()
    enter(made, contact("Maria", owner=people.otto))
    page = text(browser(people.sam), f"/automations/{made.pk}/people/")
    assert "Maria" not in page
    round_ = where(Contact.objects.get())
    assert browser(people.sam).get(f"/automations/{made.pk}/people/{round_.pk}/").status_code == 404


def test_people_are_narrowed_by_status_step_and_reason(people: People) -> None:
    made = nurture()
    ana, inge = contact("Ana"), contact("Inge")
    enter(made, ana, inge)
    happens(inge, "message_received", now=NOW + DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    goes_on(NOW + DAY)
    ada = browser(people.ada)
    there = f"/automations/{made.pk}/people/"
    listed = text(ada, there).partition("<table")[2]
    assert ["Ana" in listed, "Inge" in listed] == [True, False]
    assert "Inge" in text(ada, f"{there}?status=stopped&reason=replied")
    assert "Inge" not in text(ada, f"{there}?status=stopped&reason=bounced")
    assert "Ana" in text(ada, f"{there}?step=s2")
    assert "Ana" not in text(ada, f"{there}?step=s1")


def test_who_was_not_let_in_is_listed_with_the_reason(people: People) -> None:
    made = nurture()
    ana = contact("Ana")
    enter(made, ana)
    enroll([Entry(made.pk, ana.pk, NOW)], now=NOW)
    page = text(browser(people.ada), f"/automations/{made.pk}/people/?status=refused")
    assert "They are inside already." in page
    assert "They are inside already." in text(browser(people.ada), f"/contacts/{ana.pk}/automations/")


def test_several_are_stopped_at_once_and_only_those_one_may_see(people: People) -> None:
    made = nurture()
    mine, others = contact("Mine", owner=people.sam), contact("Others", owner=people.otto)
    enter(made, mine, others)
    answer = browser(people.sam).post(f"/automations/{made.pk}/people/stop/", {"all": "1"})
    assert answer.status_code == 302
    assert [where(mine).status, where(others).status] == ["stopped", "waiting"]


def test_a_failed_step_is_tried_again_from_the_page(people: People) -> None:
    made = nurture()
    MessageTemplate.objects.update(archived_at=NOW)
    ana = contact("Ana")
    enter(made, ana)
    MessageTemplate.objects.update(archived_at=None)
    browser(people.ada).post(f"/automations/{made.pk}/people/retry/", {"ids": where(ana).pk})
    goes_on(Enrollment.objects.get().next_at or NOW)
    assert where(ana).step == "s2"


def test_viewers_do_nothing_to_anybody(people: People) -> None:
    made = nurture()
    assert browser(people.vera).post(f"/automations/{made.pk}/people/stop/", {"all": "1"}).status_code == 403


def test_an_unknown_verb_is_not_there(people: People) -> None:
    made = nurture()
    assert browser(people.ada).post(f"/automations/{made.pk}/people/praise/", {"all": "1"}).status_code == 404


def test_a_round_shows_every_step_and_what_came_of_it(people: People) -> None:
    made, ana = nurture(), contact("Ana")
    enter(made, ana)
    goes_on(NOW + 2 * DAY)
    page = text(browser(people.ada), f"/automations/{made.pk}/people/{where(ana).pk}/")
    first = Message.objects.order_by("pk").first()
    assert first is not None
    assert f'href="/messages/{first.pk}/"' in page
    assert html.escape(StepVisit.objects.get(step="s2").why) in page


def test_the_contacts_page_shows_where_they_are_with_a_stop_button(people: People) -> None:
    made, ana = nurture(), contact("Ana")
    enter(made, ana)
    page = text(browser(people.ada), f"/contacts/{ana.pk}/")
    assert f'formaction="/automations/{made.pk}/people/stop/"' in page
    assert "csrfmiddlewaretoken" in page.split('id="automations"')[1].split("</form>")[0]
    assert (
        "formaction" not in text(browser(people.vera), f"/contacts/{ana.pk}/automations/").split("<h2>Automations")[1]
    )


def test_a_page_of_people_costs_the_same_however_many_they_are(
    people: People, django_assert_max_num_queries: Any
) -> None:
    made = nurture()
    enter(made, *contacts(3))
    ada = browser(people.ada)
    text(ada, f"/automations/{made.pk}/people/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        text(ada, f"/automations/{made.pk}/people/")
    enter(made, *contacts(30))
    with django_assert_max_num_queries(len(few)):
        text(ada, f"/automations/{made.pk}/people/")


def test_a_rehearsal_on_the_page_shows_the_message(people: People) -> None:
    made, ana = nurture(), contact("Ana", owner=people.sam)
    supposed = {
        "kind": ["reply", ""],
        "amount": ["1", "1"],
        "unit": ["days", "days"],
        "step": ["s1", ""],
        "detail": ["", ""],
    }
    sam = browser(people.sam)
    answer = sam.post(f"/automations/{made.pk}/rehearse/", {"contact": ana.pk, "start": "2026-03-02T09:00", **supposed})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Hello Ana" in page or "iframe" in page
    assert "They replied" in page
    assert '<details class="maybe" open>' in page
    assert not Enrollment.objects.exists()


def test_whoever_may_put_a_contact_into_an_automation_finds_it_on_their_page(people: People) -> None:
    ana = contact("Ana", owner=people.sam)
    assert f"/automations/put/?contact={ana.pk}" in text(browser(people.mara), f"/contacts/{ana.pk}/")
    assert "/automations/put/" not in text(browser(people.vera), f"/contacts/{ana.pk}/")


def test_what_is_supposed_is_folded_until_it_is_wanted(people: People) -> None:
    page = text(browser(people.ada), f"/automations/{nurture().pk}/rehearse/")
    assert '<details class="maybe"><summary class="small">What if' in page


def test_a_rehearsed_mail_is_shown_to_whoever_rehearsed_it_and_nobody_else(people: People) -> None:
    import re

    made, ana = nurture(), contact("Ana", owner=people.sam)
    sam = browser(people.sam)
    page = sam.post(f"/automations/{made.pk}/rehearse/", {"contact": ana.pk, "start": "2026-03-02T09:00"})
    found = re.search(r'src="(/automations/\d+/rehearse/[^"]+)"', page.content.decode())
    assert found is not None
    answer = sam.get(found[1])
    assert "Hello Ana" in answer.content.decode()
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browser(people.ada).get(found[1]).status_code == 404


def test_the_page_looks_back_at_who_would_have_entered(people: People) -> None:
    made = nurture(triggers=[{"kind": "form_submitted", "form": "guide"}])
    happens(contact("Ana", owner=people.sam), "form_submitted", now=timezone.now() - DAY, data={"form": "guide"})
    page = text(browser(people.sam), f"/automations/{made.pk}/rehearse/?replay=1")
    assert "The last 30 days" in page
    assert 'Rehearse<span class="sr"> with Ana' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose the contact"),
        ({"contact": "9999999999999999999999"}, "Choose the contact"),
        ({"start": "soon"}, "The start is no date"),
        ({"start": "9999-01-01T00:00"}, "The start is no date"),
        ({"which": "draft"}, "no such version"),
        ({"kind": "event", "amount": "1", "unit": "days", "step": "", "detail": ""}, "Say which event happens."),
        ({"kind": "reply", "amount": "-3", "unit": "days", "step": "", "detail": ""}, "greater than or equal"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_place(people: People, typed: dict[str, str], said: str) -> None:
    made, ana = nurture(), contact("Ana")
    given = {"contact": ana.pk, **typed} if typed else {}
    answer = browser(people.ada).post(f"/automations/{made.pk}/rehearse/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
