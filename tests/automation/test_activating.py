"""Before an automation is switched on: what stops it, whom to expect, and a second person's word."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation.activating import CHANGED, NOT_ASKED, OWN_WORD, NotReady, activate, approve, decline
from automation.drafts import edit, seen_of
from automation.models import Automation, AutomationPolicy, AutomationState, AutomationVersion
from automation.preflight import preflight
from automation.publishing import create
from crm.models import Tag
from crm.timeline import Happening, record
from messaging.models import Message, MessageTemplate
from tests.automation.making import template
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def draft(*steps: dict[str, Any], triggers: Any = None, **rules: Any) -> Automation:
    rows = list(steps) or [{"id": "a", "kind": "wait", "exits": {"next": None}}]
    definition = {
        "triggers": triggers or [{"kind": "form_submitted", "form": ""}],
        "rules": rules,
        "start": rows[0]["id"],
        "steps": rows,
    }
    return create(name="Nurture", definition=definition, by=None, now=NOW)


def stops(one: Automation, people: People) -> list[tuple[str, str]]:
    version = AutomationVersion.objects.get(automation=one)
    return [(line.key, line.step) for line in preflight(one, version, user=people.mara, now=NOW).stops]


def forms(number: int, at: Any = NOW - DAY) -> None:
    record([Happening("form_submitted", who.pk, at, data={"form": "x"}) for who in contacts(number)], now=at)


def test_a_good_one_is_switched_on_with_its_forecast_and_brake(people: People) -> None:
    forms(4)
    one = draft()
    activate(one, by=people.mara, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.forecast, one.brake) == (AutomationState.ACTIVE, 4, 50)


def test_an_empty_condition_is_refused_wherever_it_stands(people: People) -> None:
    branch = {"id": "a", "kind": "branch", "choices": [{"name": "yes", "when": {}}], "exits": {}}
    assert stops(draft(branch), people) == [("shape", "a")]
    assert stops(draft(who={}), people) == [("conditions", "")]
    with pytest.raises(NotReady, match="everybody"):
        activate(draft(who={}), by=people.mara, now=NOW)


def test_a_condition_on_a_deleted_tag_is_refused_at_its_step(people: People) -> None:
    when = {"field": "tags", "op": "has_any", "value": [2**40]}
    branch = {"id": "a", "kind": "branch", "choices": [{"name": "yes", "when": when}], "exits": {}}
    assert stops(draft(branch), people) == [("conditions", "a")]


def test_what_was_deleted_is_refused_at_the_step_that_names_it(people: People) -> None:
    wanted, tag = template(), Tag.objects.create(name="Visa", slug="visa")
    steps = (
        {"id": "a", "kind": "send_email", "template": wanted, "exits": {"next": "b"}},
        {"id": "b", "kind": "add_tag", "tag": tag.pk, "exits": {}},
    )
    assert stops(draft(*steps), people) == []
    MessageTemplate.objects.filter(pk=wanted).update(archived_at=NOW)
    tag.delete()
    assert stops(draft(*steps), people) == [("references", "a"), ("references", "b")]


def test_a_channel_without_a_provider_is_refused(people: People, settings: Any) -> None:
    settings.EMAIL_PROVIDER = "none"
    step = {"id": "a", "kind": "send_email", "template": template(), "exits": {}}
    assert stops(draft(step), people) == [("providers", "a")]


def test_a_template_without_words_is_refused_and_missing_languages_are_said(people: People) -> None:
    wanted = template()
    contact(language="es")
    one = draft({"id": "a", "kind": "send_email", "template": wanted, "exits": {}})
    version = AutomationVersion.objects.get(automation=one)
    lines = {line.key: line for line in preflight(one, version, user=people.mara, now=NOW).checks}
    assert lines["languages"].sentence == "“Thanks” has no words in Spanish; those people get it in English."
    MessageTemplate.objects.get(pk=wanted).variants.all().delete()
    assert stops(one, people) == [("templates", "a")]


def test_above_the_limit_a_second_person_confirms(people: People) -> None:
    AutomationPolicy.objects.update(approve_above=5)
    forms(6)
    one = draft()
    assert activate(one, by=people.mara, now=NOW).published is None
    one.refresh_from_db()
    assert one.state == AutomationState.DRAFT
    told = set(Message.objects.filter(kind="automation_asked").values_list("user", flat=True))
    assert told == {people.ada.pk}
    with pytest.raises(NotReady, match=OWN_WORD):
        approve(one, by=people.mara, now=NOW)
    approve(one, by=people.ada, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.forecast, one.brake) == (AutomationState.ACTIVE, 6, 50)
    assert one.live is not None
    assert (one.live.published_by, one.live.approved_by) == (people.mara, people.ada)


def test_a_changed_draft_needs_another_word(people: People) -> None:
    AutomationPolicy.objects.update(approve_above=5)
    forms(6)
    one = draft()
    activate(one, by=people.mara, now=NOW)
    version = AutomationVersion.objects.get(automation=one)
    changed = {**version.definition, "rules": {"reentry": "always"}}
    edit(one, lambda _: changed, seen=seen_of(version), said="Changed", by=people.mara, now=NOW)
    with pytest.raises(NotReady, match=NOT_ASKED):
        approve(one, by=people.ada, now=NOW)


def test_declined_it_stays_a_draft_and_its_asker_is_told(people: People) -> None:
    AutomationPolicy.objects.update(approve_above=5)
    forms(6)
    one = draft()
    activate(one, by=people.mara, now=NOW)
    decline(one, by=people.ada, now=NOW, why="Too many")
    assert Message.objects.filter(kind="automation_answered", user=people.mara).exists()
    with pytest.raises(NotReady):
        approve(one, by=people.ada, now=NOW)


def test_what_changed_since_it_was_looked_at_is_not_published(people: People) -> None:
    with pytest.raises(NotReady, match=CHANGED):
        activate(draft(), by=people.mara, now=NOW, lock=7)


def test_whoever_was_in_it_already_is_not_expected_again(people: People) -> None:
    who = contact()
    record([Happening("form_submitted", who.pk, NOW - day * DAY, data={"form": "x"}) for day in (1, 2, 3)], now=NOW)
    never, always = draft(), draft(reentry="always")
    for one, number in ((never, 1), (always, 3)):
        flight = preflight(one, AutomationVersion.objects.get(automation=one), user=people.mara, now=NOW)
        assert flight.forecast is not None
        assert flight.forecast.total == number
        assert flight.forecast.sample == [who.pk]


def test_the_page_lists_what_stops_it_and_publishes_when_nothing_does(client: Client, people: People) -> None:
    client.force_login(people.mara)
    bad, good = draft(who={}), draft()
    page = client.get(f"/automations/{bad.pk}/publish/").content.decode()
    assert "1 thing stops it" in page
    assert client.post(f"/automations/{bad.pk}/publish/", {"lock": "1"}).status_code == 422
    client.post(f"/automations/{good.pk}/publish/", {"lock": "1"})
    good.refresh_from_db()
    assert good.state == AutomationState.ACTIVE


def test_a_day_on_which_everybody_enters_is_foreseen(people: People) -> None:
    contacts(7)
    one = draft(triggers=[{"kind": "fixed_date", "on": f"{NOW + 90 * DAY:%Y-%m-%d}"}])
    flight = preflight(one, AutomationVersion.objects.get(automation=one), user=people.mara, now=NOW)
    assert flight.forecast is not None
    assert (flight.forecast.total, flight.forecast.ahead, flight.forecast.per_day) == (0, 7, 7)


def test_the_list_costs_the_same_however_long_the_automation_is(people: People) -> None:
    wanted = template()

    def queries(number: int) -> int:
        steps = [
            {"id": f"s{place}", "kind": "send_email", "template": wanted, "exits": {"next": f"s{place + 1}"}}
            for place in range(number)
        ]
        steps[-1]["exits"] = {}
        one = draft(*steps)
        version = AutomationVersion.objects.get(automation=one)
        with CaptureQueriesContext(connection) as asked:
            preflight(one, version, user=people.mara, now=NOW)
        return len(asked)

    queries(1)
    assert queries(2) == queries(20)


@pytest.mark.parametrize("path", ["publish/", "versions/", "versions/{}/move/", "rename/", "delete/"])
@pytest.mark.parametrize("number", ["0", "9223372036854775808", "99999999999999999999999"])
def test_a_number_that_no_automation_has_is_404(client: Client, people: People, path: str, number: str) -> None:
    client.force_login(people.ada)
    assert client.get(f"/automations/{number}/{path.format(number)}").status_code == 404
    one = draft()
    assert client.get(f"/automations/{one.pk}/versions/{number}/move/").status_code == 404
