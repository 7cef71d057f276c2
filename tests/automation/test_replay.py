"""Who would have entered in the last 30 days."""

from datetime import timedelta
from typing import Any

import pytest

from automation.definition.whole import Definition
from automation.models import Enrollment
from automation.sandbox import replay as replaying
from automation.sandbox.replay import BEEN, GONE, NOT_FOR, SAME_DAY, SOON, Replay, replay
from crm.models import Contact
from crm.timeline import Happening, record
from tests.automation.making import automation
from tests.factories import NOW, contact
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def people() -> People:
    return everybody()


def sends(who: Contact, *days_ago: float, form: str = "guide", **fields: Any) -> None:
    for days in days_ago:
        at = NOW - days * DAY
        record([Happening("form_submitted", who.pk, at, data={"form": form}, **fields)], now=at)


def looked(people: People, *, automation_id: int = 0, user: Any = None, patience: float = 15.0, **rules: Any) -> Replay:
    definition = Definition.model_validate({"triggers": [{"kind": "form_submitted", "form": "guide"}], "rules": rules})
    return replay(definition, automation_id, user or people.ada, now=NOW, patience=patience)


def test_each_person_counts_once_where_nobody_goes_twice(people: People) -> None:
    sends(contact("Ana"), 20, 3)
    sends(contact("Eva"), 2)
    found = looked(people)
    assert (found.entered, found.people, found.looked, found.refused) == (2, 2, 3, [(BEEN, 1)])


def test_other_events_and_older_ones_do_not_count(people: People) -> None:
    sends(contact("Ana"), 31)
    sends(contact("Eva"), 2, form="price list")
    assert looked(people).entered == 0


@pytest.mark.parametrize(
    ("rules", "entered", "why"),
    [
        ({"reentry": "after_days", "reentry_days": 10}, 2, [(SOON, 1)]),
        ({"reentry": "always"}, 3, []),
        ({"reentry": "after_finish"}, 3, []),
    ],
)
def test_the_rule_of_reentry_is_applied_in_the_order_of_time(
    people: People, rules: dict[str, Any], entered: int, why: Any
) -> None:
    sends(contact("Ana"), 1, 20, 18)
    found = looked(people, **rules)
    assert (found.entered, found.refused) == (entered, why)


def test_nobody_counts_twice_on_one_day(people: People) -> None:
    sends(contact("Ana"), 1, 1.01, 1.02)
    assert looked(people, reentry="always").refused == [(SAME_DAY, 2)]


def test_who_had_been_through_it_before_stays_out(people: People) -> None:
    made, ana = automation({"kind": "wait"}), contact("Ana")
    assert made.live is not None
    Enrollment.objects.create(
        automation=made, automation_version=made.live, contact=ana, status="finished", since=NOW - 60 * DAY,
        entered_at=NOW - 60 * DAY,
    )  # fmt: skip
    sends(ana, 3)
    assert looked(people, automation_id=made.pk).refused == [(BEEN, 1)]


def test_the_condition_holds_as_it_is_now_and_deleted_ones_are_left_out(people: People) -> None:
    sends(contact("Ana", country="IN"), 3)
    sends(contact("Eva", country="DE"), 3)
    sends(contact("Ida", country="IN", deleted_at=NOW), 3)
    found = looked(people, who={"field": "country", "op": "equals", "value": "IN"})
    assert (found.entered, sorted(found.refused)) == (1, sorted([(NOT_FOR, 1), (GONE, 1)]))


def test_it_says_how_many_on_each_day_and_the_busiest(people: People) -> None:
    for days in (1, 1, 2):
        sends(contact(), days)
    found = looked(people)
    assert [count for _, count in found.by_day] == [1, 2]
    assert found.busiest == 2


def test_the_sample_shows_nobody_whom_the_asker_may_not_see(people: People) -> None:
    sends(contact("Ana", owner=people.sam), 3)
    sends(contact("Eva", owner=people.otto), 2)
    assert [name for _, name, _ in looked(people, user=people.sam).sample] == ["Ana"]
    assert [name for _, name, _ in looked(people).sample] == ["Eva", "Ana"]


def test_an_automation_is_not_set_off_by_its_own_writes(people: People) -> None:
    made, ana = automation({"kind": "wait"}), contact("Ana")
    at = NOW - DAY
    record([Happening("form_submitted", ana.pk, at, data={"form": "guide", "automation_id": made.pk})], now=at)
    assert looked(people, automation_id=made.pk).entered == 0
    assert looked(people).entered == 1


def test_triggers_of_time_are_asked_for_the_days_that_were(people: People) -> None:
    contact("Ana", created_at=NOW - 365 * DAY - 5 * DAY)
    definition = Definition.model_validate({"triggers": [{"kind": "anniversary"}]})
    found = replay(definition, 0, people.ada, now=NOW)
    assert [name for _, name, _ in found.sample] == ["Ana"]


def test_a_long_search_is_cut_and_says_how_far_it_came(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 2)
    for days in range(5, 0, -1):
        sends(contact(), days)
    found = looked(people, patience=-1)
    assert found.cut
    assert found.until < NOW
    assert found.entered < 5


def test_it_takes_the_same_number_of_queries_however_much_is_stored(
    people: People, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sends(contact(), 1)
    with CaptureQueriesContext(connection) as few:
        looked(people)
    for _ in range(30):
        sends(contact(), 1, 2)
    with django_assert_num_queries(len(few)):
        looked(people)
