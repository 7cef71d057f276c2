"""Everybody who stands still in any automation, in one place."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation import switching
from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment
from crm.models import Contact
from messaging.models import MessageTemplate
from tests.automation.making import automation, goes_on, template, where
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

PAGE = "/automations/parked/"


def parked(*who: Contact) -> Automation:
    """An automation in which these stand still: its template was put away."""
    wanted = template(f"Letter {Automation.objects.count()}")
    made = automation({"kind": "send_email", "template": wanted}, {"kind": "log_attempt", "channel": "call"})
    enroll([Entry(made.pk, one.pk, NOW) for one in who], now=NOW)
    MessageTemplate.objects.filter(pk=wanted).update(archived_at=NOW)
    goes_on(NOW)
    return made


def shown(client: Client, page: str = PAGE) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_parked_of_all_automations_stand_on_one_page(client: Client, people: People) -> None:
    client.force_login(people.mara)
    assert "Nobody needs a look" in shown(client)
    first, second = parked(contact("Ana")), parked(contact("Ben"))
    Automation.objects.filter(pk=second.pk).update(name="Second thoughts")
    page = shown(client)
    assert all(words in page for words in ("Ana", "Ben", "Nurture", "Second thoughts", "put away"))
    assert f"/automations/{first.pk}/people/{where(Contact.objects.get(first_name='Ana')).pk}/" in page
    assert "2 people need a look" in shown(client, "/automations/")


def test_several_of_several_automations_are_tried_again_or_skipped(client: Client, people: People) -> None:
    client.force_login(people.ada)
    ana, ben, cem = contact("Ana"), contact("Ben"), contact("Cem")
    parked(ana)
    parked(ben, cem)
    answer = client.post(f"{PAGE}skip/", {"ids": [where(ana).pk, where(ben).pk]})
    assert answer["Location"] == PAGE
    assert [where(one).visits for one in (ana, ben, cem)] == [1, 1, 0]
    client.post(f"{PAGE}retry/", {"all": "1"})
    assert where(cem).status == "active"
    client.post(f"{PAGE}stop/", {"all": "1"})
    assert Enrollment.objects.filter(status="stopped").count() == 0  # nobody stands still any more


def test_only_whose_contacts_one_sees_stand_there(client: Client, people: People) -> None:
    mine, other = contact("Ana", owner=people.sam), contact("Ben", owner=people.noor)
    parked(mine, other)
    client.force_login(people.sam)
    page = shown(client)
    assert "Ana" in page
    assert "Ben" not in page
    client.post(f"{PAGE}stop/", {"all": "1"})
    assert where(other).status == "failed"


def test_who_stands_still_in_a_deleted_automation_is_found_too(client: Client, people: People) -> None:
    who = contact("Ana")
    made = parked(who)
    switching.delete(Automation.objects.filter(pk=made.pk), inside="finish", by=None, now=NOW)
    client.force_login(people.mara)
    assert "(deleted)" in shown(client)
    client.post(f"{PAGE}stop/", {"ids": [where(who).pk]})
    assert where(who).status == "stopped"


def test_nothing_else_can_be_done_there(client: Client, people: People) -> None:
    client.force_login(people.ada)
    assert client.post(f"{PAGE}pause/", {"all": "1"}).status_code == 404


def test_the_page_costs_the_same_however_many_there_are(client: Client, people: People) -> None:
    client.force_login(people.mara)
    parked(contact())
    shown(client)
    with CaptureQueriesContext(connection) as few:
        shown(client)
    parked(*contacts(5))
    shown(client)
    with CaptureQueriesContext(connection) as many:
        shown(client)
    assert len(many) == len(few)
