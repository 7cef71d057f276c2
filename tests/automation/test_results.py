"""How an automation does: counted from what happened, the same for ten people and for thousands, and no more than sure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.entering import Entry, enroll
from automation.reading.results import results_of
from crm.timeline import Happening, record
from tests.automation.making import automation, goes_on, happens, template
from tests.factories import NOW, contacts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PAID = {"amount": "120.50", "currency": "EUR"}


def let_in(made, people):
    enroll([Entry(made.pk, one.pk, NOW) for one in people], now=NOW)
    goes_on(NOW)


def mailing(**rules):
    return automation(
        {"kind": "send_email", "template": template()},
        {"kind": "wait", "amount": 5, "unit": "days"},
        {"kind": "create_followup", "subject": "Call", "type": "call", "whom": "least_loaded"},
        **rules,
    )


def test_each_is_counted_where_they_are_and_why_they_left(people) -> None:
    made, some = mailing(), contacts(6)
    let_in(made, some)
    happens(some[0], "message_received", now=NOW + DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    happens(some[1], "unsubscribed", now=NOW + DAY, data={"channel": "E-mail"})
    goes_on(NOW + DAY)
    found = results_of(made, since=NOW)
    assert (found.entered, found.inside, found.finished) == (6, 4, 0)
    assert dict(found.exits) == {"They replied": 1, "They opted out": 1}
    assert found.replied is not None
    assert (found.replied.hits, found.replied.cases) == (1, 6)
    goes_on(NOW + 5 * DAY)
    assert results_of(made, since=NOW).finished == 4


def test_steps_tell_what_became_of_what_they_wrote(people) -> None:
    made = mailing()
    let_in(made, contacts(3))
    goes_on(NOW + 5 * DAY)
    mail, rest, call = results_of(made, since=NOW).steps
    assert mail.messages is not None
    assert (mail.people, mail.messages.written) == (3, 3)
    assert rest.people == 3
    assert call.followups == (3, 0)


def test_a_step_says_how_many_are_on_it_now() -> None:
    made = mailing()
    let_in(made, contacts(3))
    goes_on(NOW)
    assert [step.here for step in results_of(made, since=NOW).steps] == [0, 3, 0]


def test_money_counts_once_for_somebody_with_two_rounds_and_only_for_a_month() -> None:
    made = automation({"kind": "wait", "amount": 1, "unit": "days"}, reentry="always")
    [maria] = contacts(1)
    for at in (NOW, NOW + 2 * DAY):
        enroll([Entry(made.pk, maria.pk, at)], now=at)
        goes_on(at + DAY)
    for at in (NOW + 3 * DAY, NOW + 40 * DAY):
        record([Happening("order_paid", maria.pk, at, data=PAID)], now=at)
    assert [(currency, str(amount)) for currency, amount in results_of(made, since=NOW).money] == [("EUR", "120.50")]


def test_without_a_goal_a_payment_is_the_conversion_and_with_one_it_is_not() -> None:
    plain = automation({"kind": "wait", "amount": 9, "unit": "days"})
    aimed = automation({"kind": "wait", "amount": 9, "unit": "days"}, goal=[{"event": "class_enrolled"}])
    some = contacts(2)
    let_in(plain, some)
    let_in(aimed, some)
    happens(some[0], "order_paid", now=NOW + DAY, data=PAID)
    happens(some[1], "class_enrolled", now=NOW + DAY, data={"item": "Spanish"})
    goes_on(NOW + DAY)
    for made, goal in ((plain, 0), (aimed, 1)):
        found = results_of(made, since=NOW)
        assert found.converted is not None
        assert (found.converted.hits, found.goal) == (1, goal)


def test_a_split_is_compared_only_with_enough_people_and_in_words() -> None:
    shares = [{"name": "a", "label": "Short", "percent": 50}, {"name": "b", "label": "Long", "percent": 50}]
    made = automation(
        {"kind": "split", "shares": shares, "exits": {"a": "s2", "b": "s3"}},
        {"kind": "add_tag", "tag": _tag(), "exits": {"next": "s3"}},
        {"kind": "wait", "amount": 9, "unit": "days"},
    )
    few = contacts(8)
    let_in(made, few)
    [(_, [compared])] = results_of(made, since=NOW).splits
    assert "Too few" in compared.words
    many = contacts(150)
    let_in(made, many)
    tagged = [one for one in [*few, *many] if one.tags.exists()]
    assert 50 < len(tagged) < 108
    record([Happening("order_paid", one.pk, NOW + DAY, data=PAID) for one in tagged], now=NOW + DAY)
    [(_, [compared])] = results_of(made, since=NOW).splits
    assert compared.words.startswith("“Short” more often reach the goal than “Long”")


def _tag() -> int:
    from crm.models import Tag

    return Tag.objects.create(name="Short", slug="short").pk


def test_those_held_out_never_enter_and_are_measured_by_the_same_rule() -> None:
    made = automation({"kind": "wait", "amount": 9, "unit": "days"}, hold_out_percent=50)
    some = contacts(120)
    let_in(made, some)
    out = set(made.enrollments.filter(status="held_out").values_list("contact_id", flat=True))
    assert 35 < len(out) < 85
    paying = [one.pk for one in some if one.pk not in out][:30] + sorted(out)[:2]
    record([Happening("order_paid", pk, NOW + DAY, data=PAID) for pk in paying], now=NOW + DAY)
    found = results_of(made, since=NOW)
    assert (found.held_out, found.entered) == (len(out), 120 - len(out))
    assert found.hold_out is not None
    assert found.hold_out.conversions.second.hits == 2
    assert found.hold_out.conversions.is_one


def test_it_takes_the_same_queries_however_many_people_there_are() -> None:
    made = mailing()
    results_of(made, since=NOW)
    taken = []
    for number in (1, 40):
        let_in(made, contacts(number))
        with CaptureQueriesContext(connection) as queries:
            results_of(made, since=NOW)
        taken.append(len(queries))
    assert taken == [9, 9]
