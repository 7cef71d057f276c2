"""While an entry does the work of a rule of the house, that rule rests; it is back as soon as none does."""

from __future__ import annotations

import pytest
from django.test import Client

from automation.house_rules import replaced_by
from automation.library.registry import ENTRIES
from automation.models import Automation
from automation.switching import archive, delete, pause, restore, resume
from crm.undo import take_back
from followups.house_rules import CLIENT_SETS, RENEWALS, RULES, SPEED_TO_LEAD, put_away, resting
from tests.automation.library.playing import switched_on
from tests.factories import NOW
from tests.people import People

pytestmark = pytest.mark.django_db

ALL = Automation.objects


def test_every_rule_that_an_entry_replaces_is_one() -> None:
    assert {name for one in ENTRIES.values() for name in one.replaces} <= RULES.keys()


def test_it_rests_while_the_automation_is_active_and_says_why(people: People) -> None:
    made = switched_on("onboarding")
    assert resting() == {CLIENT_SETS: f"The automation “{made.name}” does this."}
    assert replaced_by("onboarding") == ["Follow-up sets for new clients"]
    pause(ALL.all(), by=people.mara, now=NOW)
    assert not resting()
    resume(ALL.all(), by=people.mara, now=NOW)
    assert CLIENT_SETS in resting()


def test_it_is_back_when_the_automation_is_put_away_or_deleted(people: People) -> None:
    switched_on("onboarding")
    done = archive(ALL.all(), inside="finish", by=people.mara, now=NOW)
    assert not resting()
    take_back(done.undo_id, by=people.mara, now=NOW)
    assert CLIENT_SETS in resting()
    delete(ALL.all(), inside="stop", by=people.mara, now=NOW)
    assert not resting()


def test_of_two_that_do_it_one_is_enough(people: People) -> None:
    first, second = switched_on("onboarding"), switched_on("onboarding")
    pause(ALL.filter(pk=first.pk), by=people.mara, now=NOW)
    assert resting() == {CLIENT_SETS: f"The automation “{second.name}” does this."}
    archive(ALL.filter(pk=second.pk), inside="finish", by=people.mara, now=NOW)
    assert not resting()
    restore(ALL.filter(pk=second.pk), by=people.mara, now=NOW)
    assert not resting()


def test_the_page_of_the_automation_and_that_of_the_sets_say_what_rests(people: People, client: Client) -> None:
    made = switched_on("onboarding")
    client.force_login(people.ada)
    rests = "what the house does by itself rests: Follow-up sets for new clients"
    assert rests in client.get(f"/automations/{made.pk}/").content.decode()
    because = f"The automation “{made.name}” does this."
    assert because in client.get("/settings/sets/").content.decode()
    pause(ALL.all(), by=people.mara, now=NOW)
    assert rests not in client.get(f"/automations/{made.pk}/").content.decode()
    assert because not in client.get("/settings/sets/").content.decode()


def test_where_a_rule_is_set_it_says_that_it_rests_and_why(client: Client, people: People) -> None:
    client.force_login(people.ada)
    page = "/settings/organisation/"
    assert "Resting for now" not in client.get(page).content.decode()
    put_away({SPEED_TO_LEAD: "The automation “Quick” does this.", RENEWALS: "Another does this."}, now=NOW)
    shown = client.get(page).content.decode()
    assert "Resting for now" in shown
    assert "First contact of new leads" in shown
    assert "The automation “Quick” does this." in shown
    assert "documents that expire" not in shown  # that one is not set here
