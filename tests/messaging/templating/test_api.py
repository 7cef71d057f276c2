"""Templates over the API."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from messaging.models import Approval, MessageTemplate
from messaging.templating.api import Channel, State, Topic
from messaging.templating.checking import CHANNELS, TOPICS
from tests.api.calling import Api, api_of
from tests.factories import contact
from tests.messaging.templating.making import template
from tests.people import People

pytestmark = pytest.mark.django_db

HELLO = {"name": "Hello", "channel": "sms", "variants": [{"language": "en", "text": "Hi {{ contact.first_name }}"}]}


def said(answer: Any) -> Any:
    return json.loads(answer.content)


@pytest.fixture
def mara(people: People) -> Api:
    return api_of(people.mara)


def test_the_words_of_the_api_are_those_of_the_models() -> None:
    assert set(get_args(Channel)) == set(CHANNELS)
    assert set(get_args(Topic)) == set(TOPICS)
    assert set(get_args(State)) == set(Approval.values)


def test_a_template_is_made_read_changed_and_put_away(mara: Api) -> None:
    made = said(mara.post("/message-templates", HELLO))
    address = f"/message-templates/{made['id']}"
    assert said(mara.get(address)) == made
    spanish = {"language": "es", "text": "Hola"}
    changed = said(mara.patch(address, {"name": "Hi", "variants": [spanish], "version": 1}))
    assert (changed["name"], changed["version"], [one["language"] for one in changed["variants"]]) == (
        "Hi",
        2,
        ["en", "es"],
    )
    stale = mara.patch(address, {"name": "Ho", "version": 1})
    assert (stale.status_code, said(stale)["current"]["name"]) == (409, "Hi")
    assert mara.delete(address).status_code == 204
    assert said(mara.get("/message-templates"))["items"] == []
    assert [one["id"] for one in said(mara.get("/message-templates?archived=true"))["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"variants": [{"text": "{{ contact.nme }}"}]}, "text"),
        ({"variants": [{"text": ""}]}, "text"),
        ({"channel": "email", "variants": [{"subject": "x", "blocks": [{"kind": "marquee"}]}]}, "blocks.0"),
        ({"language": "es"}, "language"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_field(mara: Api, change: dict[str, Any], field: str) -> None:
    answer = mara.post("/message-templates", HELLO | change)
    assert answer.status_code == 422
    assert [one["field"] for one in said(answer)["errors"]] == [field]
    assert not MessageTemplate.objects.exists()


def test_a_preview_is_of_a_contact_that_one_may_see(people: People, mara: Api) -> None:
    one = template("sms", text="Hi {{ contact.first_name }} in {{ contact.city }}")
    ana, hidden = contact("Ana", owner=people.mara), contact("Hidden", owner=people.otto)
    shown = said(mara.post(f"/message-templates/{one.pk}/preview", {"contact": ana.pk}))
    assert (shown["text"], shown["missing"], shown["segments"]) == ("Hi Ana in [city]", ["contact.city"], 1)
    assert mara.post(f"/message-templates/{one.pk}/preview", {"contact": hidden.pk}).status_code == 422
