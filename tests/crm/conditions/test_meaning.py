"""The rules that people rely on: empty values, days, letters, and the words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.conditions.compiling import as_q
from crm.conditions.language import read
from crm.conditions.saying import in_words
from crm.conditions.uses import audiences_in
from crm.models import Audience, Contact, Document, DocumentKind, Tag, User
from tests.factories import contact

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _found(data: dict[str, Any], now: datetime = NOW, zone: str = "UTC") -> set[str]:
    return set(Contact.objects.filter(as_q(read(data), now=now, zone=zone)).values_list("first_name", flat=True))


def test_an_empty_value_is_not_equal() -> None:
    contact("Ann", country="IN")
    contact("Bob")
    assert _found({"field": "country", "op": "not_equals", "value": "IN"}) == {"Bob"}
    assert _found({"field": "owner", "op": "not_set"}) == {"Ann", "Bob"}
    assert _found({"none": [{"field": "last_two_way_at", "op": "within_last", "value": 30}]}) == {"Ann", "Bob"}


def test_text_compares_without_case() -> None:
    contact("Ann", city="ÎLE-DE-FRANCE")
    assert _found({"field": "city", "op": "starts", "value": "Île"}) == {"Ann"}


def test_days_are_those_of_the_organisation() -> None:
    contact("Ann", last_two_way_at=datetime(2026, 11, 12, 23, 30, tzinfo=UTC))  # the 13th in Paris
    asked = {"field": "last_two_way_at", "op": "within_last", "value": 7}
    assert _found(asked, zone="UTC") == set()
    assert _found(asked, zone="Europe/Paris") == {"Ann"}


def test_no_such_record_is_a_question_too() -> None:
    contact("Ann")
    assert _found({"some": "deals", "count": {"op": "none"}}) == {"Ann"}
    assert _found({"some": "deals", "count": {"op": "at_most", "number": 3}}) == {"Ann"}
    assert _found({"some": "deals"}) == set()


def test_the_words_are_those_that_one_would_say() -> None:
    told = {
        "all": [
            {"field": "lifecycle", "op": "equals", "value": "new"},
            {"field": "country", "op": "equals", "value": "IN"},
            {"some": "messages", "where": [{"field": "opened_at", "op": "within_last", "value": 7}]},
            {
                "some": "followups",
                "where": [{"field": "open", "op": "is", "value": True}],
                "count": {"op": "none"},
            },
        ]
    }
    assert in_words(read(told)) == (
        "is a new lead, is from India, has a message opened by a person in the last 7 days, and has no open follow-up"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"field": "owner", "op": "equals", "value": "SAM"}, "belongs to Sam Lee"),
        ({"field": "tags", "op": "has_none", "value": ["vip"]}, "is not tagged VIP"),
        ({"field": "next_due_by", "op": "not_set"}, "has nothing planned"),
        ({"field": "last_two_way_at", "op": "longer_ago", "value": 30}, "was last spoken with more than 30 days ago"),
        ({"field": "score", "op": "greater", "value": 50}, "has a score over 50"),
        ({"field": "organisation", "op": "not_contains", "value": "Ltd"}, "has no organisation with “ltd” in it"),
        ({"field": "email", "op": "not_set"}, "has no e-mail"),
        ({"field": "opted_out", "op": "has_any", "value": ["email"]}, "has opted out of E-mail"),
        (
            {"field": "next_due_by", "op": "between", "value": ["2026-03-01", "2026-03-05"]},
            "has the next follow-up due between 1 March 2026 and 5 March 2026",
        ),
        ({"some": "invoices", "where": [{"field": "overdue", "op": "is", "value": True}]}, "has an overdue invoice"),
        (
            {
                "some": "deals",
                "where": [
                    {"field": "status", "op": "equals", "value": "open"},
                    {"field": "amount", "op": "greater", "value": 1000},
                ],
                "count": {"op": "at_least", "number": 2},
            },
            "has at least 2 open deals whose amount is more than 1,000",
        ),
        (
            {"some": "documents", "where": [{"field": "expires_on", "op": "within_next", "value": 90}]},
            "has a document expiring in the next 90 days",
        ),
        ({"some": "documents", "where": [{"field": "renewed", "op": "is", "value": True}]}, "has a renewed document"),
        ({"field": "going_quiet", "op": "is", "value": False}, "is not going quiet"),
    ],
)
def test_each_test_has_its_phrase(data: dict[str, Any], words: str) -> None:
    sam = User.objects.create_user("sam@example.com", "demo", full_name="Sam Lee")
    Tag.objects.create(name="VIP", slug="vip")
    assert in_words(read({**data, "value": sam.pk} if data.get("value") == "SAM" else data)) == words


def test_a_document_is_renewed_once_another_is_here_in_its_place() -> None:
    kind = DocumentKind.objects.create(name="Travel paper", expires=True)
    end, later = date(2026, 12, 1), date(2036, 12, 1)

    def has(name: str, *new: dict[str, Any]) -> None:
        who = contact(name)
        old = Document.objects.create(
            contact=who, kind=kind, name="Old", state="approved", requested_at=NOW, received_at=NOW, expires_on=end
        )
        for one in new:
            fields = {"replaces": old} if one.pop("replaces", False) else {}
            Document.objects.create(
                contact=who, name="New", requested_at=NOW, received_at=NOW, **({"state": "received"} | one | fields)
            )

    has("Alone")
    has("Rejected", {"replaces": True, "state": "rejected", "kind": kind, "expires_on": later})
    has("Another", {"expires_on": later})
    has("Endless", {"kind": kind})
    has("Said", {"replaces": True})
    has("Longer", {"kind": kind, "expires_on": later})
    assert _found({"some": "documents", "where": [{"field": "renewed", "op": "is", "value": True}]}) == {
        "Said",
        "Longer",
    }


def test_the_audiences_in_a_condition_are_known_however_deep() -> None:
    tag, audience = Tag.objects.create(name="VIP", slug="vip"), Audience.objects.create(name="Alumni", kind="static")
    condition = read(
        {
            "any": [
                {"field": "tags", "op": "has_any", "value": [tag.pk]},
                {"none": [{"field": "audience", "op": "has_any", "value": [audience.pk]}]},
            ]
        }
    )
    assert audiences_in(condition) == {audience.pk}
