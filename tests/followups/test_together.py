"""Two people at once: one change happens, the other is told, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from crm.models import Event
from followups import transitions as do
from followups.creating import create
from followups.models import FollowUp
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.people import People

LATER = NOW + timedelta(hours=1)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run each job on a connection of its own, all starting together; return what they returned."""
    gate = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int) -> None:
        try:
            gate.wait(10)
            results[place] = jobs[place]()
        except Exception as problem:  # shown by the test that gets it instead of a result
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_two_who_complete_the_same_one_is_done_and_one_refused(committing: People) -> None:
    people = committing
    for call in [followup(one, people.sam) for one in contacts(5)]:
        results = at_once(
            lambda call=call: do.complete(only(call), by=people.sam, now=LATER, outcome="spoke", notes="by Sam"),
            lambda call=call: do.complete(only(call), by=people.noor, now=LATER, outcome="no_answer", notes="by Noor"),
        )
        [winner] = [result for result in results if result.done]
        [loser] = [result for result in results if not result.done]
        stored = FollowUp.objects.get(pk=call.pk)

        assert loser.refused[call.pk] == f"It is already completed by {stored.completed_by}."
        assert stored.completion_notes == f"by {stored.completed_by}"
        assert Event.objects.filter(subject_id=call.pk, kind="followup_completed").count() == 1
        assert (bool(winner.undo_id), loser.undo_id) == (True, None)


def test_two_stale_pages_cannot_both_win(committing: People) -> None:
    people = committing
    call = followup(contact(), people.sam)
    results = at_once(
        lambda: do.set_priority(only(call), by=people.sam, now=LATER, priority="high", version=1),
        lambda: do.edit(only(call), by=people.noor, now=LATER, subject="Other words", version=1),
    )
    assert sorted(len(result.done) for result in results) == [0, 1]
    assert sorted(len(result.stale) for result in results) == [0, 1]


def test_sets_that_overlap_do_not_deadlock(committing: People) -> None:
    people = committing
    ids = create([new_followup(one, people.sam, reminders=None) for one in contacts(300)], by=None, now=NOW)
    results = at_once(
        lambda: do.complete(
            FollowUp.objects.filter(pk__in=ids[:200]).order_by("-pk"), by=people.sam, now=LATER, outcome="spoke"
        ),
        lambda: do.cancel(FollowUp.objects.filter(pk__in=ids[100:]), by=people.noor, now=LATER),
    )
    assert sum(len(result.done) for result in results) == 300
    assert sum(len(result.refused) for result in results) == 100


def test_one_cause_makes_one_followup_however_many_try(committing: People) -> None:
    people = committing
    maria = contact()
    made = at_once(*[lambda: create([new_followup(maria, people.sam, source_key="note:1")], by=None, now=NOW)] * 4)
    assert sorted(map(len, made)) == [0, 0, 0, 1]
    assert FollowUp.objects.count() == 1
