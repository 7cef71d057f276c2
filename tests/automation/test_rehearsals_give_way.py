"""Who rehearses with a contact keeps nobody waiting who works with them in earnest: the rehearsal begins anew (D8)."""

import threading
import time
from typing import Any

import pytest
from django.db import connection

from automation.definition.whole import Definition
from automation.models import Automation, AutomationVersion
from automation.running import run_these
from automation.sandbox import rehearsing
from automation.sandbox.rehearsing import Asked, rehearse
from automation.sandbox.timeline import Rehearsed
from automation.sandbox.what_ifs import read_what_ifs
from followups.completing import complete
from followups.models import FollowUp
from tests.automation.making import automation
from tests.factories import NOW, contact, followup
from tests.firsts import put_back
from tests.people import everybody

pytestmark = pytest.mark.django_db(transaction=True)


def slow_rehearsal(turns: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, threading.Thread, list[Rehearsed]]:
    """A rehearsal of which each turn takes a while, once it has changed the contact; and the contact's follow-up."""
    put_back()
    people = everybody()
    who = contact(owner=people.sam)
    task = followup(who, people.sam)
    made = automation(*[{"kind": "wait", "amount": 1, "unit": "hours"}] * turns, stop_on_reply=False)
    definition = Definition.model_validate(AutomationVersion.objects.get().definition)
    asked = Asked(made, definition, 1, who, NOW, read_what_ifs([{"kind": "reply", "amount": 0}]))
    take, under_way, found = run_these, threading.Event(), list[Rehearsed]()

    def slowly(*args: Any) -> int:
        done = take(*args)
        under_way.set()
        time.sleep(0.1)
        return done

    monkeypatch.setattr(rehearsing, "run_these", slowly)

    def run() -> None:
        try:
            found.append(rehearse(asked))
        finally:
            connection.close()

    other = threading.Thread(target=run)
    other.start()
    assert under_way.wait(20)
    time.sleep(0.3)
    return task, people, other, found


def test_a_follow_up_is_completed_at_once_and_the_rehearsal_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    task, people, other, found = slow_rehearsal(30, monkeypatch)
    began = time.monotonic()
    complete(FollowUp.objects.filter(pk=task.pk), by=people.sam, now=NOW, outcome="spoke")
    waited = time.monotonic() - began
    assert other.is_alive()
    other.join(timeout=30)
    assert waited < 1.5
    [run] = found
    assert (run.cut, run.outcome, len(run.steps)) == ("", "finished", 30)


def test_of_two_rehearsals_with_a_contact_the_second_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    task, _, other, found = slow_rehearsal(20, monkeypatch)
    made, version = Automation.objects.get(), AutomationVersion.objects.get()
    began = time.monotonic()
    second = rehearse(Asked(made, Definition.model_validate(version.definition), 1, task.contact, NOW))
    took = time.monotonic() - began
    assert other.is_alive()
    other.join(timeout=30)
    assert (second.cut, second.lines) == (rehearsing.REHEARSED, [])
    assert took < 0.5
    assert [(run.cut, run.outcome) for run in found] == [("", "finished")]


def test_where_it_is_wanted_all_the_time_the_rehearsal_gives_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    put_back()
    monkeypatch.setattr(rehearsing, "PATIENCE", 0.3)
    monkeypatch.setattr(rehearsing, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(rehearsing, "is_waited_for", lambda: True)
    made = automation(*[{"kind": "wait", "amount": 1, "unit": "hours"}] * 3, stop_on_reply=False)
    definition = Definition.model_validate(AutomationVersion.objects.get().definition)
    assert rehearse(Asked(made, definition, 1, contact(), NOW)).cut == rehearsing.BUSY
