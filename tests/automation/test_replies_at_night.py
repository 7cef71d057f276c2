"""An answer in the night while a message waits for the morning: the rehearsal hears it as the engine does (D8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from automation.models import Automation
from tests.automation.making import automation
from tests.automation.test_rehearsal_is_real import Played, mail, provider, rehearsal, same
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db

__all__ = ["provider"]

DAYS = {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"}
NIGHT = {"kind": "wait", "amount": 14, "unit": "hours"}  # to just past midnight
REPLY = [{"event": "reply"}]
#: The first Sunday after NOW, 17 minutes past midnight, on a clock of UTC.
SUNDAY = (NOW + timedelta(days=(6 - NOW.weekday()) % 7 or 7)).replace(hour=0, minute=17, second=0, microsecond=0)


def heard(made: Automation, who: Any, *at: datetime, **more: Any) -> Played:
    """The same both ways, with answers at these moments; each of them was supposed to happen, and did."""
    what_ifs = [{"kind": "reply", "at": one.isoformat(), **more} for one in at]
    said = [line for line in rehearsal(made, who, what_ifs).lines if line.data.get("supposed")]
    assert [line.at for line in said] == sorted(at)
    assert not any(line.data["failed"] for line in said)
    return same(made, who, *what_ifs)


def waits(amount: int = 3, happened: str | None = None) -> dict[str, Any]:
    return {
        "kind": "wait_for_event", "events": REPLY, "amount": amount, "unit": "days",
        "exits": {"happened": happened, "timed_out": None},
    }  # fmt: skip


MONDAY = SUNDAY + timedelta(days=1, hours=8)


@pytest.mark.parametrize(
    ("zone", "at", "stop"),
    [("", SUNDAY, True), ("America/Los_Angeles", SUNDAY, False), ("Pacific/Auckland", MONDAY, False),
     ("America/Los_Angeles", MONDAY, True)],
)  # fmt: skip
def test_over_the_weekend_before_and_after_the_held_message_leaves(zone: str, at: datetime, stop: bool) -> None:
    saturday = {"kind": "wait", "amount": (SUNDAY - NOW).days - 1, "unit": "days"}
    made = automation(mail(), saturday, mail(), {"kind": "wait", "amount": 2}, mail(), window=DAYS, stop_on_reply=stop)
    assert (heard(made, contact(time_zone=zone), at).reason == "They replied") == stop


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Kolkata", 1), ("Pacific/Auckland", 15)])
def test_in_the_quiet_hours_of_the_house(zone: str, hours: int) -> None:
    made = automation(mail(), NIGHT, mail(), {"kind": "wait", "amount": 2}, mail())
    assert heard(made, contact(time_zone=zone), NOW + timedelta(hours=hours, minutes=17)).reason == "They replied"


@pytest.mark.parametrize(("zone", "hours"), [("", 15), ("America/Los_Angeles", 40)])
def test_where_a_wait_for_the_reply_stands_behind_the_held_message(zone: str, hours: int) -> None:
    made = automation(mail(), NIGHT, mail(), waits(happened="s5"), mail("Good", exits={}))
    heard(made, contact(time_zone=zone), NOW + timedelta(hours=hours, minutes=17))


def test_where_a_reply_leads_to_a_message_that_is_held_and_they_write_again() -> None:
    made = automation(mail(), waits(happened="s3"), mail("Good"), waits(), window=DAYS)
    heard(made, contact(time_zone="Asia/Kolkata"), SUNDAY, SUNDAY + timedelta(hours=30))


def test_where_they_reply_several_times() -> None:
    made = automation(mail(), NIGHT, mail(), waits(), mail(), stop_on_reply=False)
    moments = [NOW + timedelta(hours=hours, minutes=17) for hours in (14, 15, 20, 90)]
    heard(made, contact(time_zone="America/Los_Angeles"), *moments)


@pytest.mark.parametrize("minutes", [-1, 0])
def test_where_they_reply_as_the_held_message_leaves(minutes: int) -> None:
    made = automation(mail(), NIGHT, mail(), {"kind": "wait", "amount": 2}, mail())
    who = contact(time_zone="Europe/Madrid")
    leaves = max(at for one in rehearsal(made, who, []).messages[:2] if (at := one.leaves_at))
    heard(made, who, leaves + timedelta(minutes=minutes))


def test_where_runs_hold_the_messages() -> None:
    made = automation(mail(), NIGHT, mail(), waits(), mail(), runs_at=["09:00", "14:00"], window=DAYS)
    at = NOW + timedelta(hours=15, minutes=17)
    assert heard(made, contact(time_zone="Asia/Kolkata"), at).reason == "They replied"
