"""A condition gives the same answer as a query and as a predicate, and time changes no answer unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.conditions.compiling import as_q
from crm.conditions.facts import facts_of
from crm.conditions.language import read
from crm.conditions.matching import matches
from crm.conditions.passing_time import crossing
from crm.conditions.saying import in_words
from crm.models import Contact
from tests.crm.conditions.crowd import NOW, ZONE, Asker, fill
from tests.firsts import put_back

#: Each example is several queries over the same crowd.
LENIENT = settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[int]]:
    """The crowd, stored once and taken away when the module is done."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        put_back()  # a test before this module may have committed, and this comes before what mends that for each test
        fill(Random(7))
        yield list(Contact.objects.values_list("pk", flat=True))
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


def _asked(seed: int) -> Any:
    return read(Asker(Random(seed).choice).condition())


def _fitting(condition: Any, crowd: list[int], now: Any) -> set[int]:
    facts = facts_of([condition], crowd)
    return {pk for pk in crowd if matches(condition, facts[pk], now=now, zone=ZONE)}


@given(st.integers(0, 2**40), st.booleans())
@LENIENT
def test_the_query_and_the_predicate_agree(crowd: list[int], seed: int, few: bool) -> None:
    condition = _asked(seed)
    found = Contact.objects.filter(as_q(condition, now=NOW, zone=ZONE, few=few)).values_list("pk", flat=True)
    assert set(found) == _fitting(condition, crowd, NOW)


@given(st.integers(0, 2**40), st.sampled_from([1, 60, 5400, 86_400, 8 * 86_400]))
@LENIENT
def test_whoever_time_alone_moves_is_among_those_it_crosses(crowd: list[int], seed: int, seconds: int) -> None:
    condition, until = _asked(seed), NOW + timedelta(seconds=seconds)
    moved = _fitting(condition, crowd, NOW) ^ _fitting(condition, crowd, until)
    asked = crossing(condition, NOW, until, ZONE)
    assert moved <= (set(Contact.objects.filter(asked).values_list("pk", flat=True)) if asked is not None else set())


@given(st.integers(0, 2**40))
@LENIENT
def test_what_is_stored_says_the_same_when_read_again(crowd: list[int], seed: int) -> None:
    condition = _asked(seed)
    again = read(condition.data)
    assert (again.data, in_words(again)) == (condition.data, in_words(condition))


def test_facts_cost_as_many_queries_for_one_contact_as_for_all(crowd: list[int]) -> None:
    from django.db import connection

    condition = read(
        {
            "all": [
                {"field": "country", "op": "equals", "value": "IN"},
                {"field": "tags", "op": "set"},
                {"some": "deals", "where": [{"field": "stage", "op": "set"}]},
                {"some": "messages", "where": [{"field": "opened", "op": "is", "value": True}], "within_days": 7},
            ]
        }
    )
    counts = []
    for ids in (crowd[:1], crowd):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            facts_of([condition], ids)
        counts.append(len(seen))
    assert counts == [4, 4]
