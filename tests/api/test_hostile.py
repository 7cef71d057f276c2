"""What a hostile or careless caller sends: each gets an answer that names what was wrong, and changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import Contact, Note
from followups.models import FollowUp
from tests.api.calling import Api, api_of
from tests.factories import contact, followup
from tests.people import People

PER_ID = ("/contacts/{}", "/contacts/{}/timeline", "/followups/{}", "/messages/{}/why", "/tags/{}", "/users/{}")


@pytest.fixture
def adas(people: People) -> Api:
    return api_of(people.ada)


def fields(answer: object) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9999999999999999999", "123456"])
@pytest.mark.parametrize("path", PER_ID)
def test_a_number_that_no_row_has_is_404(adas: Api, path: str, number: str) -> None:
    assert adas.get(path.format(number)).status_code == 404


def test_a_transition_of_an_impossible_number_is_404_whatever_its_body(adas: Api) -> None:
    assert adas.post("/followups/9999999999999999999/complete", {}).status_code == 404


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "big"}])
def test_a_body_past_the_limit_is_413(adas: Api, key: dict[str, str]) -> None:
    answer = adas.post("/contacts", b'{"first_name": "' + b"a" * 3_000_000 + b'"}', **key)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/followups?status=bogus", "status.0"),
        ("/followups?limit=201", "limit"),
        ("/contacts?lifecycle=bogus", "lifecycle.0"),
        ("/contacts?q=%00", "q"),
    ],
)
def test_a_bad_filter_is_named_as_it_was_written(adas: Api, path: str, field: str) -> None:
    answer = adas.get(path)
    assert (answer.status_code, fields(answer)) == (422, [field])


def test_a_line_break_in_a_name_becomes_a_space(adas: Api) -> None:
    made = adas.post("/contacts", {"first_name": "Maria\r\nBcc: all@example.org", "city": "Rio\tde\u2028Janeiro"})
    assert made.status_code == 201
    assert (made.json()["first_name"], made.json()["city"]) == ("Maria Bcc: all@example.org", "Rio de Janeiro")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_note_cannot_be_followed_up_outside_the_calendar(people: People, adas: Api, day: str) -> None:
    maria = contact("Maria", owner=people.sam)
    answer = adas.post(f"/contacts/{maria.pk}/notes", {"body": "Call back", "follow_up_on": day})
    assert (answer.status_code, fields(answer)) == (422, ["follow_up_on"])
    assert not Note.objects.exists()


def test_a_viewer_is_refused_as_assignee_by_name_of_the_field(people: People, adas: Api) -> None:
    maria = contact("Maria", owner=people.sam)
    due = (timezone.now() + timedelta(days=1)).isoformat()
    made = adas.post(f"/contacts/{maria.pk}/followups", {"subject": "Call", "due_at": due, "assignee": people.vera.pk})
    assert (made.status_code, fields(made)) == (422, ["assignee"])
    one = followup(maria, assignee=people.sam)
    given = adas.post(f"/followups/{one.pk}/assign", {"assignee": people.vera.pk})
    assert (given.status_code, fields(given)) == (422, ["assignee"])
    assert FollowUp.objects.get().assignee == people.sam


def test_a_bad_parameter_of_a_bulk_action_is_told_in_plain_words(people: People, adas: Api) -> None:
    one = followup(contact("Maria", owner=people.sam), assignee=people.sam)
    asked = {"ids": [one.pk], "action": "reschedule", "params": {"due_at": "99999-01-01"}}
    answer = adas.post("/followups/bulk", asked)
    assert (answer.status_code, fields(answer)) == (422, ["params.due_at"])
    assert not answer.json()["detail"].startswith("Value error")


def test_a_name_keeps_its_own_direction_and_turns_nobody_elses(adas: Api) -> None:
    made = adas.post("/contacts", {"first_name": "\u202e\u0645\u0631\u064a\u0645", "last_name": "a\u2067b"})
    assert (made.json()["first_name"], made.json()["last_name"]) == ("\u0645\u0631\u064a\u0645", "ab")
