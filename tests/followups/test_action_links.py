"""One-click links: opening changes nothing, the button acts once, as that person, exactly so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client

from crm.models import Event, User
from followups import transitions
from followups.action_links import SALT, action_path
from followups.due import Due
from followups.models import FollowUp
from tests.factories import NOW, contact, followup, only


@pytest.fixture
def task(people):
    return followup(contact(owner=people.sam), people.sam, due=Due(at=NOW + timedelta(hours=2)))


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def link(task, user, action="complete", now=NOW):
    return action_path(user.pk, task.pk, action, now=now)


def state(task):
    return FollowUp.objects.values_list("status", "snoozed_until", "version").get(pk=task.pk)


def test_opening_a_link_changes_nothing_however_often(task, people):
    before, events = state(task), Event.objects.count()
    for _ in range(3):
        for action in ("complete", "snooze"):
            page = Client().get(link(task, people.sam, action))
            assert page.status_code == 200
            assert "You act as Sam." in page.content.decode()
            Client().head(link(task, people.sam, action))
    assert (state(task), Event.objects.count()) == (before, events)


def test_the_button_acts_as_that_person_without_signing_in(task, people):
    page = Client().post(link(task, people.sam))
    assert page.status_code == 200
    assert "Completed." in page.content.decode()
    task.refresh_from_db()
    assert (task.status, task.completed_by) == ("completed", people.sam)


def test_the_button_needs_the_page_it_stands_on(task, people):
    assert Client(enforce_csrf_checks=True).post(link(task, people.sam)).status_code == 403
    assert state(task)[0] == "pending"


def test_snoozing_is_until_nine_tomorrow_where_the_person_is(task, people):
    User.objects.filter(pk=people.sam.pk).update(time_zone="Asia/Manila")
    Client().post(link(task, people.sam, "snooze"))
    assert state(task)[1] == datetime(2026, 3, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("action", ["complete", "snooze"])
def test_a_second_click_says_so_and_changes_nothing(task, people, action):
    address = link(task, people.sam, action)
    Client().post(address)
    before = state(task)
    page = Client().post(address)
    assert page.status_code == 410
    assert "already" in page.content.decode()
    assert state(task) == before


def test_an_expired_link_says_so(task, people, clock):
    address = link(task, people.sam)
    clock.move_to(NOW + timedelta(days=3, seconds=1))
    page = Client().post(address)
    assert page.status_code == 410
    assert "has expired" in page.content.decode()
    assert state(task)[0] == "pending"


def test_a_forged_link_says_so(task, people):
    good = link(task, people.sam).removeprefix("/a/").removesuffix("/")
    other = signing.Signer(salt="other").sign_object(
        {"u": people.sam.pk, "f": task.pk, "a": "complete", "e": 9999999999}
    )
    words = {"u": people.sam.pk, "f": task.pk, "e": 9999999999}
    odd = [{**words, "a": "delete"}, words, {**words, "a": "complete", "e": "soon"}, {**words, "a": []}, ["x"]]
    tokens = [good[:-1], "x" + good, good.replace(":", ""), other, "%00", "a" * 3000]
    for token in [*tokens, *(signing.Signer(salt=SALT).sign_object(one) for one in odd)]:
        page = Client().post(f"/a/{token}/")
        assert page.status_code == 410, token
        assert "damaged" in page.content.decode()
    assert state(task)[0] == "pending"


def test_a_link_does_nothing_for_whom_it_is_not_theirs_any_more(task, people):
    address = link(task, people.sam)
    task.contact.owner = people.otto
    task.contact.save(update_fields=["owner"])
    transitions.delegate(only(task), by=people.ada, now=NOW, to=people.otto)
    page = Client().post(address)
    assert "not yours any more" in page.content.decode()
    assert state(task)[0] == "pending"


def test_a_closed_account_acts_no_more(task, people):
    User.objects.filter(pk=people.sam.pk).update(is_active=False)
    assert "is closed" in Client().post(link(task, people.sam)).content.decode()
    assert state(task)[0] == "pending"


def test_a_viewer_may_not_act_by_mail_either(task, people):
    assert Client().post(link(task, people.vera)).status_code == 410
    assert state(task)[0] == "pending"
