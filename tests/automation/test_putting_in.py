"""Contacts put into an automation by hand: from the list, from their page; and the limits of the organisation."""

import pytest
from django.test import Client

from automation.models import Automation, AutomationPolicy, Enrollment
from tests.automation.making import automation
from tests.factories import contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

WAIT = {"kind": "wait", "amount": 2, "unit": "days"}


@pytest.fixture
def sam(client: Client, people: People) -> Client:
    """Sam, an agent."""
    client.force_login(people.sam)
    return client


def test_ticked_contacts_are_asked_about_and_put_in(sam: Client, people: People) -> None:
    one, who = automation(WAIT), contacts(3, owner=people.sam)
    ids = [str(each.pk) for each in who]
    assert "Nurture" in sam.post("/automations/put/", {"ids": ids}).content.decode()
    sam.post("/automations/put/", {"ids": ids, "automation": str(one.pk)})
    assert Enrollment.objects.filter(automation=one, entered_by=people.sam).count() == 3


def test_all_that_match_the_filter_are_put_in(sam: Client, people: People) -> None:
    one = automation(WAIT)
    contacts(3, owner=people.sam, lifecycle="client")
    contact(owner=people.sam)
    sam.post("/automations/put/", {"all": "1", "query": "lifecycle=client", "automation": str(one.pk)})
    assert Enrollment.objects.count() == 3


def test_colleagues_contacts_stay_out(sam: Client, people: People) -> None:
    one, theirs = automation(WAIT), contact(owner=people.otto)
    answer = sam.post("/automations/put/", {"ids": [str(theirs.pk)], "automation": str(one.pk)})
    assert answer.status_code == 422
    assert not Enrollment.objects.exists()


def test_one_that_is_not_active_takes_nobody_in(sam: Client, people: People) -> None:
    one, mine = automation(WAIT), contact(owner=people.sam)
    Automation.objects.update(state="paused")
    sam.post("/automations/put/", {"ids": [str(mine.pk)], "automation": str(one.pk)})
    assert not Enrollment.objects.exists()


def test_who_does_not_enter_is_said_with_the_reason(sam: Client, people: People) -> None:
    one, mine = automation(WAIT), contact(owner=people.sam)
    form = {"contact": str(mine.pk), "automation": str(one.pk), "next": "/automations/"}
    sam.post("/automations/put/", form)
    page = sam.post("/automations/put/", form, follow=True).content.decode()
    assert "1 contact did not enter" in page
    assert "They are inside already." in page


def test_the_limits_are_kept_and_nought_is_refused(client: Client, people: People) -> None:
    client.force_login(people.ada)
    good = {"approve_above": "20", "brake_factor": "2", "brake_least": "5"}
    client.post("/settings/automations/", good)
    limits = AutomationPolicy.objects.current()
    assert (limits.approve_above, limits.brake_factor, limits.brake_least) == (20, 2, 5)
    for wrong in ("0", "-1", "x", "9" * 30):
        assert client.post("/settings/automations/", good | {"brake_least": wrong}).status_code == 422
