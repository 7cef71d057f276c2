"""A large change costs by its size, whatever small ones the connection has made before it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import models

from crm.models import Contact
from followups.creating import create_set
from followups.models import FollowUp
from tests.factories import NOW, contacts, new_followup
from tests.people import everybody

pytestmark = pytest.mark.django_db

MANY = 5_000
#: Pairing each row with each other takes a minute at this size; each with itself, a second or two.
SECONDS = 15


def took(queryset: models.QuerySet, **changes: object) -> float:
    begun = time.monotonic()
    assert queryset.update(**changes) == MANY
    return time.monotonic() - begun


def test_many_contacts_change_hands_after_single_ones_did() -> None:
    people = everybody()
    made = contacts(MANY, owner=people.sam)
    for one in made[:8]:
        Contact.objects.filter(pk=one.pk).update(owner=people.noor)
        Contact.objects.filter(pk=one.pk).update(owner=people.sam)
    assert took(Contact.objects.all(), owner=people.noor) < SECONDS


def test_many_follow_ups_move_after_single_ones_did() -> None:
    people = everybody()
    made = contacts(MANY, owner=people.sam)
    create_set([new_followup(one, people.sam) for one in made], by=people.sam, now=NOW)
    ids = list(FollowUp.objects.values_list("pk", flat=True)[:8])
    for pk in ids:
        FollowUp.objects.filter(pk=pk).update(due_by=NOW + timedelta(days=2), assignee=people.noor)
    assert took(FollowUp.objects.all(), due_by=NOW + timedelta(days=3), assignee=people.sam) < SECONDS
