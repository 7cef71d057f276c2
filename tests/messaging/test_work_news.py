"""News of work that ran by itself."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from crm.due import registered_sweeps, sweeps_with_work
from crm.models import ImportBatch, ParkedEvent
from messaging.models import Message, NotificationPreference
from messaging.work_news import tell_of_imports, tell_of_parked
from tests.factories import NOW


def due():
    return {sweep.name for sweep in sweeps_with_work(NOW)}


def test_whoever_imported_hears_once_what_came_of_it(people):
    ImportBatch.objects.create(
        created_by=people.sam, file_name="leads.csv", state="done", created=6468, failed=2, finished_at=NOW
    )
    ImportBatch.objects.create(
        created_by=people.sam, file_name="old.csv", state="done", finished_at=NOW - timedelta(days=2)
    )
    assert "import_news" in due()
    assert tell_of_imports(NOW) == 1
    assert tell_of_imports(NOW) == 0
    assert Message.objects.get().subject == "leads.csv is imported: 6,468 added, 2 left out"
    assert "import_news" not in due()


def test_an_import_that_failed_says_why(people):
    ImportBatch.objects.create(
        created_by=people.sam, file_name="x.csv", state="failed", error="It is not a table.", finished_at=NOW
    )
    tell_of_imports(NOW)
    message = Message.objects.get()
    assert (message.subject, message.data["lines"]) == ("x.csv could not be imported", ["It is not a table."])


def test_a_muted_kind_does_not_keep_the_sweep_busy(people):
    NotificationPreference.objects.create(user=people.sam, kind="import_done", channels=[])
    ImportBatch.objects.create(created_by=people.sam, file_name="x.csv", state="done", finished_at=NOW)
    tell_of_imports(NOW)
    assert "import_news" not in due()


def test_administrators_hear_of_what_was_given_up_once(people):
    for event_id in (5, 9):
        ParkedEvent.objects.create(event_id=event_id, subscriber="mentions", next_at=None, error="boom")
    ParkedEvent.objects.create(event_id=11, subscriber="mentions", next_at=NOW)
    assert tell_of_parked(NOW) == 2
    assert tell_of_parked(NOW) == 0
    assert set(Message.objects.values_list("user", flat=True)) == {people.ada.pk}
    assert Message.objects.filter(channel="in_app").get().subject.startswith("2 events wait for a person: mentions")


def test_asking_all_sweeps_when_nothing_is_due_is_one_statement(people, django_assert_num_queries):
    assert {"messages", "message_rescue", "escalations", "digests", "check_ins"} <= {
        one.name for one in registered_sweeps()
    }
    with django_assert_num_queries(1):
        sweeps_with_work(NOW)
    assert not connection.needs_rollback
