"""Every kind of own field in every place that has fields: one field that is forgotten somewhere is a field nobody trusts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from crm.conditions.compiling import as_q
from crm.conditions.language import read
from crm.custom_fields import make_field
from crm.models import Contact, CustomField, User
from messaging.templating.fields import fill, parse
from messaging.templating.values import Values, read_facts
from tests.api.calling import api_of
from tests.crm.importing import imported, outcome
from tests.factories import NOW, contact
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]
SignIn = Callable[[User], Client]

#: Kind -> what somebody types, what is stored, what a letter says, a condition's operator and value.
KINDS: dict[str, tuple[str, Any, str, str, Any]] = {
    "text": ("Blue", "Blue", "Blue", "equals", "Blue"),
    "number": ("1,204.5", 1204.5, "1204.5", "greater", 1000),
    "money": ("€ 300", 300, "300", "greater", 200),
    "date": ("2027-02-03", "2027-02-03", "3 February 2027", "after", "2027-01-01"),
    "choice": ("Berlin", "Berlin", "Berlin", "equals", "Berlin"),
    "choices": ("Law; Arts", ["Law", "Arts"], "Law, Arts", "has_any", ["Law"]),
    "yes_no": ("yes", True, "yes", "is", True),
}
CHOICES = {"choice": ["Berlin", "Manila"], "choices": ["Law", "Arts", "Music"]}
BAD = {"number": "many", "money": "some", "date": "2027-02-31", "choice": "Paris", "choices": "Law; Golf", "yes_no": "maybe"}  # fmt: skip


@pytest.fixture
def fields(people: People) -> dict[str, CustomField]:
    return {kind: make_field(label=f"My {kind}", kind=kind, choices=CHOICES.get(kind, ())) for kind in KINDS}


def slugs(fields: dict[str, CustomField]) -> dict[str, Any]:
    return {fields[kind].slug: value for kind, (_, value, _, _, _) in KINDS.items()}


def test_in_the_form_and_on_the_page(fields: dict[str, CustomField], people: People, as_: SignIn) -> None:
    typed = {
        f"custom.{fields[kind].slug}": text.split("; ") if kind == "choices" else text
        for kind, (text, *_) in KINDS.items()
    }
    who = {"first_name": "Maria", "email": "maria@example.org", "lifecycle": "new"}
    browser = as_(people.ada)
    answer = browser.post("/contacts/new/", who | typed)
    assert answer.status_code == 302, answer.content.decode()
    maria = Contact.objects.get()
    assert maria.custom == slugs(fields)
    page = browser.get(f"/contacts/{maria.pk}/").content.decode()
    form = browser.get(f"/contacts/{maria.pk}/edit/").content.decode()
    for kind, field in fields.items():
        assert field.label in page, kind
        assert f'name="custom.{field.slug}"' in form, kind
    again = {f"custom.{fields[kind].slug}": text for kind, text in BAD.items()}
    refused = browser.post("/contacts/new/", who | {"email": ""} | again)
    assert refused.status_code == 422
    assert Contact.objects.count() == 1


def test_as_columns_and_filters_of_the_list(fields: dict[str, CustomField], people: People, as_: SignIn) -> None:
    contact("Maria", custom=slugs(fields))
    contact("Ben")
    browser = as_(people.ada)
    columns = "&".join(f"columns=custom.{field.slug}" for field in fields.values())
    page = browser.get(f"/contacts/?{columns}").content.decode()
    for shown in ("Blue", "1204.5", "3 Feb 2027", "Berlin", "Law; Arts"):
        assert shown in page
    for kind, (text, _, _, operator, value) in KINDS.items():
        name = f"custom.{fields[kind].slug}"
        asked = browser.get("/contacts/", {name: "Law" if kind == "choices" else text}).content.decode()
        assert "Maria" in asked, kind
        assert "Ben" not in asked, kind
        test = read({"field": name, "op": operator, "value": value})
        found = Contact.objects.filter(as_q(test, now=NOW, zone="UTC"))
        assert [one.first_name for one in found] == ["Maria"], kind


def test_in_imports_and_exports(fields: dict[str, CustomField], people: People, as_: SignIn) -> None:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["First name", "E-mail", *(field.label for field in fields.values())])
    writer.writerow(["Maria", "maria@example.org", *(text for text, *_ in KINDS.values())])
    for kind, text in BAD.items():
        writer.writerow(
            ["Bad", f"{kind.replace('_', '')}@example.org", *(text if one == kind else "" for one in KINDS)]
        )
    batch = imported(held.getvalue())
    assert outcome(batch) == (1, 0, 0, len(BAD))
    assert list(batch.problems.order_by("pk").values_list("column", flat=True)) == [fields[kind].label for kind in BAD]
    assert Contact.objects.get().custom == slugs(fields)
    answer = as_(people.ada).get("/contacts/export/?format=csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    row = next(csv.DictReader(io.StringIO(text)))
    assert {kind: row[field.label] for kind, field in fields.items()} == {
        "text": "Blue", "number": "1204.5", "money": "300", "date": "2027-02-03", "choice": "Berlin",
        "choices": "Law; Arts", "yes_no": "yes",
    }  # fmt: skip
    Contact.objects.update(deleted_at=NOW)
    assert outcome(imported(text)) == (1, 0, 0, 0)
    assert Contact.objects.alive().get().custom == slugs(fields)


def test_in_and_out_of_the_api(fields: dict[str, CustomField], people: People) -> None:
    api = api_of(people.ada)
    made = api.post("/contacts", {"first_name": "Maria", "email": "maria@example.org", "custom": slugs(fields)})
    assert made.status_code == 201, made.content
    assert made.json()["custom"] == slugs(fields)
    for kind, text in BAD.items():
        refused = api.post("/contacts", {"first_name": "Ben", "custom": {fields[kind].slug: text}})
        assert refused.status_code == 422, kind


def test_in_merge_fields(fields: dict[str, CustomField], people: People) -> None:
    maria = contact("Maria", custom=slugs(fields), language="en")
    facts = read_facts([maria.pk], [], now=datetime(2026, 11, 20, tzinfo=UTC))
    values = Values(facts.contacts[maria.pk], "Ada", "School", {})
    for kind, (_, _, said, _, _) in KINDS.items():
        assert fill(parse(f"{{{{ contact.custom.{fields[kind].slug} }}}}"), values) == said, kind


def test_they_are_put_in_order_put_away_and_brought_back(
    fields: dict[str, CustomField], people: People, as_: SignIn
) -> None:
    maria = contact("Maria", custom=slugs(fields))
    browser = as_(people.ada)
    page = browser.get("/settings/fields/").content.decode()
    assert page.count('<td class="right num">1 <span') == len(KINDS)
    first, second = fields["text"], fields["number"]
    browser.post(f"/settings/fields/{second.pk}/move/", {"to": "up"})
    browser.post(f"/settings/fields/{second.pk}/move/", {"to": "up"})
    assert list(CustomField.objects.values_list("slug", flat=True))[:2] == [second.slug, first.slug]
    browser.post(f"/settings/fields/{first.pk}/archive/")
    assert first.label not in browser.get(f"/contacts/{maria.pk}/").content.decode()
    browser.post(f"/settings/fields/{first.pk}/bring-back/")
    assert "Blue" in browser.get(f"/contacts/{maria.pk}/").content.decode()
