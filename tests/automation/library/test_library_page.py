"""The library's page and API: what there is, what it will do, and installing it with one click."""

from __future__ import annotations

import pytest
from django.test import Client

from automation.library.registry import ENTRIES
from automation.library.shape import GROUPS
from automation.library.sketch import sketch
from automation.models import Automation
from tests.people import People

pytestmark = pytest.mark.django_db


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_entry_stands_there_with_what_it_does(people: People) -> None:
    text = as_(people.mara).get("/automations/library/").content.decode()
    for one in ENTRIES.values():
        assert f'id="{one.slug}"' in text
        assert one.group in GROUPS
    assert "Deal reaches a stage: Proposal sent" in text
    assert "Send by the best channel: Proposal: any questions?" in text


@pytest.mark.parametrize("slug", ENTRIES)
def test_what_an_entry_does_is_said_in_words(slug: str) -> None:
    drawn = sketch(slug)
    assert drawn.triggers
    assert drawn.steps
    assert not any("{{" in line.words for line in (*drawn.triggers, *drawn.steps))


def test_one_click_installs_a_draft_and_opens_it_and_a_second_opens_the_same(people: People) -> None:
    client, once = as_(people.mara), {"once": "7", "entry": "post-event"}
    first = client.post("/automations/library/post-event/install/", once)
    made = Automation.objects.get()
    assert first["Location"] == f"/automations/{made.pk}/"
    assert (made.library, made.state, made.created_by) == ("post-event", "draft", people.mara)
    assert client.post("/automations/library/post-event/install/", once)["Location"] == first["Location"]
    assert Automation.objects.count() == 1
    assert f'href="/automations/{made.pk}/">Installed' in client.get("/automations/library/").content.decode()


def test_the_page_costs_the_same_however_much_is_installed(people: People, django_assert_max_num_queries) -> None:
    client = as_(people.mara)
    for slug in ENTRIES:
        client.post(f"/automations/library/{slug}/install/")
    client.get("/automations/library/")
    with django_assert_max_num_queries(9):
        client.get("/automations/library/")


def test_what_is_looked_for_is_found_and_nothing_says_so(people: People) -> None:
    client = as_(people.mara)
    found = client.get("/automations/library/?q=invoice+collections").content.decode()
    assert 'id="payment-escalation"' in found
    assert 'id="post-event"' not in found
    assert "Nothing in the library" in client.get("/automations/library/?q=%00zebra").content.decode()


def test_an_unknown_entry_is_no_page_and_an_agent_may_not_install(people: People) -> None:
    assert as_(people.mara).post("/automations/library/no-such/install/").status_code == 404
    assert as_(people.sam).post("/automations/library/post-event/install/").status_code == 403
    assert not Automation.objects.exists()
