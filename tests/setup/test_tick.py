"""`manage.py tick`: everything that is due, at whatever time it is taken to be."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm import due
from crm.management.moments import moment_between
from tests.factories import NOW, contact, followup
from tests.people import everybody

pytestmark = pytest.mark.django_db


def tick(*arguments: str) -> str:
    out = StringIO()
    call_command("tick", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_does_what_is_due_at_that_time_and_what_follows_from_it() -> None:
    people = everybody()
    followup(contact("Maria"), people.sam, by=people.sam)
    at = (NOW + timedelta(days=30)).isoformat()
    done = json.loads(tick("--now", at, "--json"))
    assert done["overdue"] == 1
    assert done["events"] >= 1
    assert done["messages"] >= 1
    assert tick("--now", at) == "nothing was due"


def test_a_time_without_an_offset_is_utc() -> None:
    assert moment_between(1970, 9000)("2026-11-20T08:00") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert moment_between(1970, 9000)("2026-11-20T08:00+01:00") == datetime(2026, 11, 20, 7, tzinfo=UTC)


def test_what_is_no_time_is_said_in_plain_words() -> None:
    with pytest.raises(CommandError, match="'tomorrow' is no time: write it like"):
        tick("--now", "tomorrow")


@pytest.mark.parametrize("far", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+00:00"])
def test_a_time_at_which_a_calendar_ends_is_refused(far: str) -> None:
    with pytest.raises(CommandError, match="the year lies between 1970 and 9000"):
        tick("--now", far)


def test_it_fails_when_a_kind_of_work_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: datetime) -> int:
        raise RuntimeError("no")

    monkeypatch.setitem(due._sweeps, "broken", due.Sweep("broken", "true", broken))
    with pytest.raises(CommandError, match="failed, see the log: broken"):
        tick("--now", NOW.isoformat())
