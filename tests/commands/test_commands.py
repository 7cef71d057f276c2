"""The command line: demo data, tokens, integrity, the API's description."""

from __future__ import annotations

import json
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from config.demo.stories import Story, Worker, stories
from config.demo.words import PLACES, Place
from crm.addresses import normal_phone
from crm.dispatching import dispatch_pending
from crm.integrity import count_problems
from crm.models import ApiToken, Contact, PendingEvent, User
from followups.models import FollowUp, Reminder
from tests.api.calling import Api
from tests.factories import NOW, contact, followup
from tests.people import People


def run(name: str, *args: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue().strip()


@pytest.fixture
def in_development(settings: Any) -> None:
    settings.DEBUG = True


def test_the_demo_fills_an_empty_installation_that_holds_together(db: None, in_development: None) -> None:
    counts = json.loads(run("demo", "--json"))
    assert (counts["contacts"], counts["followups"]) == (60, 150)
    assert (Contact.objects.count(), FollowUp.objects.count()) == (60, 150)
    assert counts["duplicates"] == 6
    assert not any(count_problems(now=FollowUp.objects.latest("created_at").created_at).values())
    assert not PendingEvent.objects.exists()
    assert Reminder.objects.exists()
    for name in ("admin", "manager", "agent", "viewer"):
        assert Client().login(email=f"{name}@example.com", password="demo"), name


def test_the_same_seed_gives_the_same_stories_and_another_does_not() -> None:
    workers = [Worker(1, "Sam", "Europe/Berlin"), Worker(2, "Tala", "Asia/Manila")]

    def told(seed: int) -> list[Story]:
        return list(stories(Random(seed), workers, 20, 40, now=NOW))

    assert told(7) == told(7)
    assert told(7) != told(8)


def test_sizes_are_met_exactly(db: None, in_development: None) -> None:
    run("demo", "--contacts=7", "--followups=500")
    assert (Contact.objects.count(), FollowUp.objects.count()) == (7, 500)


def test_the_demo_is_refused_where_debug_is_off(db: None, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="development only"):
        run("demo")
    assert not User.objects.exists()


def test_the_demo_never_mixes_with_real_contacts(people: People, in_development: None) -> None:
    contact("Maria")
    with pytest.raises(CommandError, match="empty installation"):
        run("demo")
    assert Contact.objects.count() == 1


def test_create_token_prints_a_working_token_alone(people: People) -> None:
    secret = run("create_token", "SAM@example.com", "--scope", "contacts:read", "--rate", "5")
    assert "\n" not in secret
    assert Api(secret).get("/contacts").status_code == 200
    assert Api(secret).get("/followups").status_code == 403
    assert ApiToken.objects.get().rate_per_minute == 5


@pytest.mark.parametrize(
    "args", [("nobody@example.com",), ("sam@example.com", "--scope", "all"), ("sam@example.com", "--rate", "0")]
)
def test_create_token_says_what_is_wrong(people: People, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("create_token", *args)
    assert not ApiToken.objects.exists()


def test_integrity_names_what_is_off(people: People) -> None:
    call = followup(contact("Maria", owner=people.sam), people.sam)
    dispatch_pending(NOW)
    assert "hold" in run("check_integrity")
    Contact.objects.filter(pk=call.contact_id).update(open_followups=9)
    User.objects.filter(pk=people.sam.pk).update(is_active=False)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_integrity", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["open_counts_off"], found["followups_of_deleted_people"]) == (1, 1)
    assert count_problems(now=NOW)["open_counts_off"] == 1


def test_the_description_of_the_api_is_up_to_date() -> None:
    assert "up to date" in run("openapi", "--check")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.city)
def test_invented_people_have_phone_numbers_that_can_exist(place: Place) -> None:
    for number in (1, 60, 1_000_000):
        phone = f"+{place.code}55{number:07d}"
        assert normal_phone(phone) == phone
