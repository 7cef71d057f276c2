"""A condition gives the same answer as a query and as a predicate, and time changes no answer unseen."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.conditions.compiling import as_q
from crm.conditions.facts import facts_of
from crm.conditions.language import read
from crm.conditions.matching import matches
from crm.conditions.saying import in_words
from crm.models import Contact
from tests.crm.conditions.crowd import NOW, ZONE, Asker, fill


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The crowd, stored once and taken away when the module is done."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atom = transaction.atomic()
        atom.__enter__()
        fill(Random(7))
        yield list(Contact.objects.values_list("pk", flat=True))
        transaction.set_rollback(True)
        atom.__exit__(None, None, None)


LENIENT = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck), database=None)


def _drawn(data: st.DataObject) -> dict[str, Any]:
    return Asker(lambda options: data.draw(st.sampled_from(options))).condition()


def _found(condition: Any, now: Any) -> set[int]:
    return set(Contact.objects.filter(as_q(condition, now=now, zone=ZONE)).values_list("pk", flat=True))


@given(st.data())
@LENIENT
def test_the_query_and_the_predicate_agree(crowd: list[int], data: st.DataObject) -> None:
    condition = read(_drawn(data))
    facts = facts_of([condition], crowd)
    by_predicate = {pk for pk in crowd if matches(condition, facts[pk], now=NOW, zone=ZONE)}
    assert _found(condition, NOW) == by_predicate
    assert in_words(condition)
