"""Tokens, errors, limits and repeated writes: what all operations of the API share."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from crm.models import Contact, IdempotencyKey
from crm.tokens import UnknownScope, create_token, revoke
from tests.api.calling import Api, api_of
from tests.factories import contact
from tests.people import People

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_no_token_is_401_with_problem_json(people: People) -> None:
    answer = Client().get("/api/v1/contacts")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


def test_a_session_cookie_is_no_token(people: People) -> None:
    client = Client()
    client.force_login(people.ada)
    assert client.get("/api/v1/contacts").status_code == 401
    assert client.post("/api/v1/contacts", {"first_name": "Eve"}, content_type="application/json").status_code == 401
    assert not Contact.objects.exists()


@pytest.mark.parametrize("secret", ["", "wrong", "ft_" + "x" * 43, "\u00e9", "a b c"])
def test_a_wrong_token_is_401(people: People, secret: str) -> None:
    assert Api(secret.encode("utf-8").decode("latin-1")).get("/contacts").status_code == 401


def test_a_revoked_token_is_401(people: People) -> None:
    token, secret = create_token(people.ada, name="x", now=NOW)
    revoke(people.ada.api_tokens.filter(pk=token.pk), now=NOW)
    assert Api(secret).get("/contacts").status_code == 401


def test_a_token_of_somebody_who_left_is_401(people: People) -> None:
    api = api_of(people.sam)
    type(people.sam).objects.filter(pk=people.sam.pk).update(is_active=False)
    assert api.get("/contacts").status_code == 401


def test_a_scope_that_the_token_lacks_is_403(people: People) -> None:
    api = api_of(people.ada, "contacts:read")
    assert api.get("/contacts").status_code == 200
    answer = api.post("/contacts", {"first_name": "Maria"})
    assert (answer.status_code, "contacts:write" in answer.json()["detail"]) == (403, True)


def test_a_role_that_may_not_is_403(people: People) -> None:
    assert api_of(people.vera).post("/contacts", {"first_name": "Maria"}).status_code == 403


def test_unknown_scopes_are_refused(people: People) -> None:
    with pytest.raises(UnknownScope):
        create_token(people.ada, name="x", now=NOW, scopes=["everything"])


def test_only_the_digest_of_a_token_is_stored(people: People) -> None:
    token, secret = create_token(people.ada, name="x", now=NOW)
    assert secret not in json.dumps({k: str(v) for k, v in vars(token).items()})


def test_no_such_route_is_404_problem_json(people: People) -> None:
    answer = api_of(people.ada).get("/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_wrong_method_is_405_and_names_the_right_ones(people: People) -> None:
    answer = api_of(people.ada).call("PUT", "/contacts")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"first_name": NaN}', b"[" * 100_000])
def test_unreadable_json_is_400(people: People, body: bytes) -> None:
    answer = api_of(people.ada).post("/contacts", body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"first_name": "Maria", "colour": "blue"}, "colour"),
        ({"first_name": "a\x00b"}, "first_name"),
        ({"first_name": "a\ud800b"}, "first_name"),
        ({"first_name": "x" * 300}, "first_name"),
        ({"email": "not an address"}, "email"),
        ({"first_name": "Maria", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"first_name": "Maria", "owner": 2**70}, "owner"),
        ({"first_name": "Maria", "owner": 999_999}, "owner"),
        ({"first_name": "Maria", "custom": {"nothing": 1}}, "custom.nothing"),
        ({"first_name": "Maria", "tags": ["no-such"]}, "tags"),
        ([], "body"),
    ],
)
def test_an_invalid_field_is_named(people: People, body: object, field: str) -> None:
    answer = api_of(people.ada).post("/contacts", body)
    assert answer.status_code == 422, answer.content
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Contact.objects.exists()


def test_past_the_limit_is_429_with_the_seconds_to_wait(people: People) -> None:
    api = api_of(people.ada, rate=3)
    statuses = [api.get("/contacts").status_code for _ in range(4)]
    assert statuses in ([200, 200, 200, 429], [200, 200, 200, 200])  # a new minute may begin in between
    answer = next((a for a in (api.get("/contacts") for _ in range(4)) if a.status_code == 429), None)
    assert answer is not None
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_without_redis_requests_pass(people: People, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    api = api_of(people.ada, rate=1)
    assert [api.get("/contacts").status_code for _ in range(3)] == [200, 200, 200]


def test_the_same_key_makes_one_contact_and_the_same_answer(people: People) -> None:
    api = api_of(people.ada)
    first = api.post("/contacts", {"first_name": "Maria"}, Idempotency_Key="k1")
    again = api.post("/contacts", {"first_name": "Maria"}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Contact.objects.count() == 1


def test_the_same_key_with_another_body_is_422(people: People) -> None:
    api = api_of(people.ada)
    api.post("/contacts", {"first_name": "Maria"}, Idempotency_Key="k1")
    assert api.post("/contacts", {"first_name": "Otto"}, Idempotency_Key="k1").status_code == 422
    assert Contact.objects.count() == 1


def test_a_refused_write_may_be_repeated_under_its_key(people: People) -> None:
    api = api_of(people.ada)
    assert api.post("/contacts", {"email": "x"}, Idempotency_Key="k1").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert api.post("/contacts", {"email": "x@example.org"}, Idempotency_Key="k1").status_code == 201


def test_keys_of_two_tokens_do_not_meet(people: People) -> None:
    for user in (people.ada, people.mara):
        assert api_of(user).post("/contacts", {"first_name": "Maria"}, Idempotency_Key="k1").status_code == 201
    assert Contact.objects.count() == 2


def test_pages_by_cursor_show_each_contact_once(people: People) -> None:
    for name in "ABCDEFG":
        contact(name, last_name=name)
    api = api_of(people.ada)
    for sort in ("name", "-name", "created_at", "-updated_at", "next_followup_due", "-rots_at"):
        seen, cursor = [], ""
        for _ in range(10):
            page = api.get(f"/contacts?limit=2&sort={sort}&cursor={cursor}").json()
            seen += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 7, sort


@pytest.mark.parametrize("query", ["cursor=nonsense", "sort=colour", "limit=0", "limit=201", "limit=x", "owner=-1"])
def test_bad_paging_is_422(people: People, query: str) -> None:
    assert api_of(people.ada).get(f"/contacts?{query}").status_code == 422


def test_a_cursor_of_another_order_is_422(people: People) -> None:
    contact("A"), contact("B")
    api = api_of(people.ada)
    cursor = api.get("/contacts?limit=1&sort=name").json()["next"]
    assert api.get(f"/contacts?limit=1&sort=-name&cursor={cursor}").status_code == 422
