"""Conditions where people meet them: the page that builds one, the lists, exports, saved views, bulk actions, the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Contact, SavedView, Tag, User
from tests.factories import contact, followup
from tests.people import People

pytestmark = pytest.mark.django_db

INDIA = {"field": "country", "op": "equals", "value": "IN"}
FORM = {
    "condition_group": "all",
    "condition-0_what": "field:country",
    "condition-0_was": "field:country",
    "condition-0_op": "equals",
    "condition-0_value": "IN",
}


def _where(data: Any) -> str:
    return "where=" + quote(data if isinstance(data, str) else json.dumps(data))


@pytest.fixture
def ada(people: People, as_: Callable[[User], Client]) -> Client:
    contact("Asha", country="IN", owner=people.sam)
    contact("Bruno", country="IT", owner=people.sam)
    return as_(people.ada)


def _text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_list_shows_whom_the_condition_asks_for_and_says_so(ada: Client) -> None:
    page = _text(ada, f"/contacts/?{_where(INDIA)}")
    assert "Asha" in page
    assert "Bruno" not in page
    assert "<b>is from India</b>" in page


@pytest.mark.parametrize(
    "bad",
    ["", "{}", "nonsense", {"field": "gone", "op": "set"}, {"all": []}, "[" * 9000, {"field": "\ud800\0", "op": "\0"}],
)
def test_a_condition_that_cannot_be_read_lists_nobody_and_says_why(ada: Client, bad: Any) -> None:
    answer = ada.get(f"/contacts/?{_where(bad or ' ')}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ("Asha" in page) is (bad == "")  # nothing asked is no filter
    assert ("That list cannot be shown" in page) is (bad != "")


def test_a_bad_condition_exports_nobody(ada: Client) -> None:
    lines = b"".join(ada.get(f"/contacts/export/?{_where({'all': []})}").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Asha" not in lines
    lines = b"".join(ada.get(f"/contacts/export/?{_where(INDIA)}").streaming_content).decode()  # type: ignore[attr-defined]
    assert ("Asha" in lines, "Bruno" in lines) == (True, False)


def test_a_bulk_action_on_all_that_match_obeys_the_condition(ada: Client) -> None:
    tag = Tag.objects.create(name="VIP", slug="vip")
    ada.post("/contacts/bulk/tag/", {"query": _where(INDIA), "all": "1", "ids": "", "add": tag.pk, "confirm": "1"})
    assert not Contact.objects.filter(tags=tag).exclude(first_name="Asha").exists()


def test_a_saved_view_keeps_its_condition(ada: Client) -> None:
    ada.post("/contacts/views/", {"name": "India", "query": _where(INDIA)})
    kept = SavedView.objects.get(name="India").query
    page = _text(ada, f"/contacts/?{kept}")
    assert ("Asha" in page, "Bruno" in page) == (True, False)


def test_the_follow_up_list_asks_about_the_contact(ada: Client, people: People) -> None:
    for one in Contact.objects.all():
        followup(one, people.sam, subject=f"Ring {one.first_name}")
    page = _text(ada, f"/followups/?{_where(INDIA)}")
    assert ("Ring Asha" in page, "Ring Bruno" in page) == (True, False)
    assert "That list cannot be shown" in _text(ada, f"/followups/?{_where('nonsense')}")


def test_the_page_sends_back_to_the_list_with_condition_and_filters(ada: Client) -> None:
    answer = ada.post("/conditions/for/contacts/?owner=nobody&sort=-name", FORM)
    assert answer.status_code == 302
    assert unquote_plus(answer["Location"]) == (
        '/contacts/?owner=nobody&sort=-name&where={"all":[{"field":"country","op":"equals","value":"IN"}]}'
    )


def test_without_scripts_a_button_draws_the_page_again_with_everything_kept(ada: Client) -> None:
    answer = ada.post("/conditions/for/contacts/", FORM | {"condition_do": "add:condition"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="condition-1_what"' in page
    assert '<option value="IN" selected>India</option>' in page


def test_what_is_wrong_is_said_in_place_and_nothing_is_lost(ada: Client) -> None:
    form = {"condition_group": "all", "condition-0_what": "field:score", "condition-0_op": "greater"}
    answer = ada.post("/conditions/for/contacts/", form | {"condition-0_value": "many"})
    assert answer.status_code == 422
    assert "“many” is not a number." in answer.content.decode()
    assert 'value="many"' in answer.content.decode()


def test_the_fragment_says_in_words_and_counts_what_the_person_may_see(
    people: People, as_: Callable[[User], Client], ada: Client
) -> None:
    for who, count in ((people.ada, "1 contact"), (people.otto, "nobody yet")):
        page = as_(who).post("/conditions/builder/", FORM).content.decode()
        assert "is from India" in page
        assert f'<span class="badge">{count}</span>' in page


def test_a_condition_too_long_for_an_address_is_refused_in_place(ada: Client) -> None:
    form = {"condition_group": "any"}
    for i in range(60):
        form |= {
            f"condition-{i}_what": "field:city",
            f"condition-{i}_op": "equals",
            f"condition-{i}_value": f"City {i}",
        }
    answer = ada.post("/conditions/for/contacts/", form)
    assert answer.status_code == 422
    assert "Make an audience of it instead" in answer.content.decode()


@pytest.mark.parametrize("prefix", ["<b>", "a-b", "x" * 50, "", "A"])
def test_a_name_that_no_builder_has_is_not_found(ada: Client, prefix: str) -> None:
    assert ada.post(f"/conditions/builder/?prefix={quote(prefix)}", {}).status_code == 404


def test_the_api_lists_checks_and_describes(people: People, ada: Client) -> None:
    from tests.api.calling import api_of

    token = api_of(people.ada)
    found = token.get(f"/contacts?{_where(INDIA)}").json()
    assert [one["first_name"] for one in found["items"]] == ["Asha"]
    checked = token.post("/conditions/check", {"condition": INDIA}).json()
    assert (checked["ok"], checked["words"], checked["count"]) == (True, "is from India", 1)
    wrong = token.post("/conditions/check", {"condition": {"all": [{"field": "gone", "op": "set"}]}}).json()
    assert (wrong["ok"], wrong["problems"][0]["path"]) == (False, "all.0.field")
    refused = token.get(f"/contacts?{_where({'all': []})}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "where.all")
    schema = token.get("/conditions/schema").json()
    assert {"country", "tags", "custom.visa"} & {one["name"] for one in schema["fields"]} == {"country", "tags"}
    assert {"deals", "followups", "messages"} <= {one["name"] for one in schema["records"]}


def test_a_list_with_a_condition_costs_no_more_queries_for_more_rows(ada: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    recent = {"field": "created_at", "op": "before", "value": f"{timezone.now() + timedelta(days=2):%Y-%m-%d}"}
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            ada.get(f"/contacts/?{_where(recent)}")
        counts.append(len(seen))
        for i in range(20):
            contact(f"Client {i}")
    assert counts[0] >= counts[1]
