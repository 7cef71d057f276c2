"""`in` of many values: the same rows as of few, and the values travel as one array."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, ContactTag, Tag
from tests import factories

pytestmark = pytest.mark.django_db

BEYOND = list(range(10**12, 10**12 + 40))


def asked(rows: Any) -> tuple[list[int], str]:
    with CaptureQueriesContext(connection) as seen:
        found = list(rows.order_by("pk").values_list("pk", flat=True))
    return found, seen[-1]["sql"]


def test_many_ids_travel_as_one_array() -> None:
    one, other = factories.contact(), factories.contact()
    found, sql = asked(Contact.objects.filter(pk__in=[one.pk, other.pk, *BEYOND]))
    assert found == [one.pk, other.pk]
    assert "ANY" in sql
    assert asked(Contact.objects.filter(pk__in={one.pk, *BEYOND}))[0] == [one.pk]
    assert other.pk in asked(Contact.objects.exclude(pk__in=[one.pk, *BEYOND]))[0]


def test_foreign_keys_are_asked_the_same_way() -> None:
    one, other = factories.contact(), factories.contact()
    tag = Tag.objects.create(name="Few", slug="few")
    ContactTag.objects.create(contact=one, tag=tag)
    found, sql = asked(ContactTag.objects.filter(contact__in=[one.pk, *BEYOND]))
    assert len(found) == 1
    assert "ANY" in sql
    assert asked(Contact.objects.filter(tags__in=[tag.pk, *BEYOND]))[0] == [one.pk]
    assert len(asked(ContactTag.objects.filter(contact_id__in=[one.pk, *BEYOND]))[0]) == 1
    assert asked(ContactTag.objects.exclude(contact__in=[one.pk, *BEYOND]))[0] == []
    assert other.pk not in asked(Contact.objects.filter(tags__in=[tag, *Tag.objects.all()]))[0]


def test_texts_too() -> None:
    one, other = factories.contact(email="a@b.example"), factories.contact(email='"c\\, d"@b.example')
    others = [f"{n}@nobody.example" for n in range(40)]
    found, sql = asked(Contact.objects.filter(email__in=[one.email, other.email, *others]))
    assert found == [one.pk, other.pk]
    assert "ANY" in sql
    assert asked(Contact.objects.filter(email__in=["A@B.EXAMPLE", *others]))[0] == []


@pytest.mark.parametrize("strange", [[2**63, -(2**70)], [None], ["7"]])
def test_what_is_no_plain_id_is_asked_as_before(strange: list[Any]) -> None:
    one = factories.contact()
    assert asked(Contact.objects.filter(pk__in=[one.pk, *BEYOND, *strange]))[0] == [one.pk]
