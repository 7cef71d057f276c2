"""Whose an address is, found at once among however many contacts."""

from __future__ import annotations

import pytest
from django.db import connection

from crm.models import Contact
from messaging import address_holders
from messaging.address_holders import holders_of
from tests.factories import NOW, contact, contacts

pytestmark = pytest.mark.django_db


def test_all_who_have_it_are_found_oldest_first_but_nobody_who_is_gone() -> None:
    own = contact("Ana", email="ana@example.org", phone="+4917012345678")
    shared = contact("Ben", email="ana@example.org", shares_address=True)
    beside = contact("Cleo", email="cleo@example.org", other_emails=["ana@example.org"])
    gone = contact("Dora", email="ana@example.org", shares_address=True)
    Contact.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    asked = [("phone", "+4917012345678"), ("email", "ana@example.org"), ("email", "nobody@example.org")]
    assert holders_of(asked) == [
        ("email", "ana@example.org", own.pk),
        ("email", "ana@example.org", shared.pk),
        ("email", "ana@example.org", beside.pk),
        ("phone", "+4917012345678", own.pk),
    ]


def test_nobody_asked_for_is_nobody_found(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert holders_of([]) == []


def test_not_every_contact_is_read_for_it() -> None:
    contacts(3000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_contact, crm_otheraddress")
        cursor.execute(f"EXPLAIN {address_holders._HOLDERS}", [["email", "phone"], ["ana@example.org", "+49170"]])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on crm_contact" not in plan, plan
    assert "contact_email_once" in plan
    assert "contact_phone_once" in plan
