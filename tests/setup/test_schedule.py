"""The schedule reaches the database once, and belongs to the administrators from then on."""

from datetime import timedelta

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from config.schedule import SCHEDULE, Entry
from config.scheduling import load_schedule

pytestmark = pytest.mark.django_db


def test_every_entry_is_created_once() -> None:
    assert load_schedule() == [entry.name for entry in SCHEDULE]
    assert load_schedule() == []
    assert PeriodicTask.objects.filter(name__in=[entry.name for entry in SCHEDULE]).count() == len(SCHEDULE)


def test_an_administrators_changes_stay() -> None:
    load_schedule()
    slower = IntervalSchedule.objects.create(every=7, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(name="pulse").update(enabled=False, interval=slower)
    load_schedule()
    pulse = PeriodicTask.objects.get(name="pulse")
    assert pulse.enabled is False
    assert pulse.interval == slower


def test_an_entry_may_keep_a_crontab() -> None:
    load_schedule([Entry("nightly", "some.task", crontab="30 2 * * *")])
    crontab = PeriodicTask.objects.get(name="nightly").crontab
    assert crontab
    assert (crontab.minute, crontab.hour, str(crontab.timezone)) == ("30", "2", "UTC")


def test_every_entry_names_a_task_that_exists_and_a_queue_that_a_worker_takes() -> None:
    app.loader.import_default_modules()
    assert {entry.task for entry in SCHEDULE} <= set(app.tasks)
    assert {entry.queue for entry in SCHEDULE} <= {"notifications", "automation", "analytics", "default"}


def test_a_pulse_that_nobody_took_is_dropped_before_the_next() -> None:
    pulse = next(entry for entry in SCHEDULE if entry.name == "pulse")
    assert pulse.every == timedelta(seconds=2)
    assert pulse.expires == 2
