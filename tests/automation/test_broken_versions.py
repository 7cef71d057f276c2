"""A version that cannot be read any more, by a hand in the database or because a kind is gone, harms nobody else (D13)."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from automation import compiling, emptying, stopping, switching
from automation.dating import sweep_clocks
from automation.drafts import edit, seen_of
from automation.emptying import sweep_emptying
from automation.enrolling import put_in
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationVersion, Enrollment, RefusedEntry, TriggerClock
from automation.moving import move
from automation.publishing import publish
from automation.running import sweep_enrollments
from automation.triggers import listening
from crm.models import Contact
from tests.automation.making import automation, goes_on, happens, where
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db

WAIT = {"kind": "wait", "amount": 0}
FORM = [{"kind": "form_submitted", "form": ""}]


def damage(made: Automation, **what: Any) -> Automation:
    """The live version as nobody can read it: with a step of a kind that is gone."""
    version = AutomationVersion.objects.get(automation=made)
    steps = [{**step, "kind": "send_fax"} for step in version.definition["steps"]]
    AutomationVersion.objects.filter(pk=version.pk).update(definition={**version.definition, "steps": steps, **what})
    compiling.forget()
    listening.forget()
    return made


def test_its_people_are_parked_with_the_reason_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = automation(WAIT), automation(WAIT)
    who, other = contact(), contact("Ben")
    enroll([Entry(broken.pk, who.pk, NOW), Entry(sound.pk, other.pk, NOW)], now=NOW)
    damage(broken)
    with caplog.at_level(logging.ERROR):
        sweep_enrollments(NOW)
    assert where(other).status == "finished"
    assert where(who).status == "failed"
    assert "cannot be read any more: There is nothing called “send_fax” here." in where(who).why
    assert "broke off" not in caplog.text


def test_it_lets_nobody_in_and_the_others_do() -> None:
    broken, sound = damage(automation(WAIT, triggers=FORM)), automation(WAIT, triggers=FORM)
    happens(who := contact(), "form_submitted", now=NOW, data={"form": "x"})
    assert where(who).automation_id == sound.pk
    refused = RefusedEntry.objects.get(contact_id=who.pk)
    assert refused.automation_id == broken.pk
    assert "cannot be read any more" in refused.reason
    done = put_in(broken, Contact.objects.all(), by=None, now=NOW)
    assert "cannot be read any more" in done.refused[who.pk]


@pytest.mark.parametrize("rules", [{"window": "never"}, "none", None])
def test_damaged_rules_are_the_same(rules: Any) -> None:
    broken, sound = automation(WAIT), automation(WAIT)
    enroll([Entry(broken.pk, (who := contact()).pk, NOW), Entry(sound.pk, (other := contact("Ben")).pk, NOW)], now=NOW)
    damage(broken, rules=rules)
    goes_on(NOW)
    assert (where(who).status, where(other).status) == ("failed", "finished")


def test_it_is_emptied_and_holds_up_no_other() -> None:
    broken, sound = automation({"kind": "wait", "amount": 9}), automation({"kind": "wait", "amount": 9})
    for made in (broken, sound):
        enroll([Entry(made.pk, contact().pk, NOW)], now=NOW)
    goes_on(NOW)
    damage(broken)
    switching.archive(Automation.objects.all(), inside="stop", by=None, now=NOW)
    assert sweep_emptying(NOW) == 2
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"stopped"}


def test_one_that_cannot_be_emptied_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = automation(WAIT), automation(WAIT)
    for made in (first, second):
        enroll([Entry(made.pk, contact().pk, NOW)], now=NOW)
    switching.archive(Automation.objects.all(), inside="stop", by=None, now=NOW)

    def breaks(rounds: Any, **more: Any) -> Any:
        if rounds.filter(automation=first.pk).exists():
            raise RuntimeError("broken")
        return stopping.stop(rounds, **more)

    monkeypatch.setattr(emptying, "stop", breaks)
    assert sweep_emptying(NOW) == 1
    assert where(Contact.objects.latest("pk")).status == "stopped"


def test_another_version_mends_it_and_its_people_go_on(people: People) -> None:
    made = automation(WAIT, triggers=[{"kind": "days_inactive", "days": 30}])
    enroll([Entry(made.pk, (who := contact()).pk, NOW)], now=NOW)
    damage(made)
    goes_on(NOW)
    sweep_clocks(NOW + timedelta(days=3))
    old = AutomationVersion.objects.get(automation=made)
    step = {"id": "s1", "kind": "wait", "amount": 0, "exits": {"next": None}}
    whole = {"triggers": [{"kind": "days_inactive", "days": 30}], "rules": {}, "start": "s1", "steps": [step]}
    edit(made, lambda _: whole, seen=seen_of(old), said="Mended", by=people.mara, now=NOW)
    publish(made, by=people.mara, now=NOW + timedelta(days=4))
    assert TriggerClock.objects.get(active=True).looked_until == NOW, "whoever came due meanwhile was forgotten"
    made.refresh_from_db()
    assert move(made, old, choices={"s1": "s1"}, by=people.mara, now=NOW).moved == 1
    goes_on(NOW)
    assert where(who).status == "finished"


@pytest.mark.parametrize(
    "page",
    [
        "",
        "list/",
        "tree/",
        "people/",
        "results/",
        "versions/",
        "rules/",
        "rehearse/",
        "?step=s1",
    ],
)
def test_its_pages_answer(page: str, client: Client, people: People) -> None:
    client.force_login(people.ada)
    made = automation(WAIT)
    enroll([Entry(made.pk, contact().pk, NOW)], now=NOW)
    damage(made)
    goes_on(NOW)
    assert client.get(f"/automations/{made.pk}/{page}").status_code == 200
