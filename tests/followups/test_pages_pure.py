"""The order that pays most, its reasons, and the sentences of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from followups.reading import sentences
from followups.reading.focus_order import Candidate, in_order, why_now
from followups.reading.likely import likely
from followups.reading.moments import day_offers, snooze_offers, snooze_until
from followups.reading.suggestions import Away, Unanswered, suggestions

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def one(id: int, minutes: int, **facts: object) -> Candidate:
    facts.setdefault("timed", True)
    return Candidate(id=id, due_by=NOW + timedelta(minutes=minutes), **facts)  # type: ignore[arg-type]


def order(*candidates: Candidate) -> list[int]:
    return [ranked.id for ranked in in_order(candidates, NOW, PARIS)]


def test_a_running_first_contact_clock_comes_before_everything() -> None:
    clock = one(1, 3, speed_to_lead=True)
    urgent_and_late = one(2, -3000, priority="urgent")
    assert order(urgent_and_late, clock) == [1, 2]


def test_what_is_set_for_now_comes_before_what_is_late() -> None:
    assert order(one(1, -600, priority="urgent"), one(2, 5)) == [2, 1]


def test_late_ones_go_by_priority_and_then_by_lateness() -> None:
    assert order(one(1, -100), one(2, -500), one(3, -60, priority="urgent")) == [3, 2, 1]


def test_what_can_be_done_any_time_today_comes_before_what_is_set_for_later() -> None:
    later, any_time = one(1, 60), one(2, 800, timed=False)
    assert order(later, any_time) == [2, 1]


def test_of_those_for_any_time_the_more_valuable_contact_comes_first() -> None:
    assert order(one(1, 800, timed=False, contact_score=20), one(2, 800, timed=False, contact_score=90)) == [2, 1]


def test_the_reason_names_the_clock_the_lateness_and_what_else_matters() -> None:
    lead = one(1, 2, speed_to_lead=True, created_at=NOW - timedelta(minutes=3), priority="urgent")
    assert why_now(lead, NOW, PARIS) == (
        "A new lead has waited 3 min for a first answer, and the clock runs out in 2 min; urgent priority"
    )
    late = one(2, -60 * 48, times_moved=3, contact_score=80)
    assert why_now(late, NOW, PARIS) == "2 days late; put off 3 times, a score of 80"
    assert why_now(one(3, 120), NOW, PARIS) == "Set for 12:00 today"
    assert why_now(one(4, 5), NOW, PARIS) == "Set for 10:05, which is in 5 min"


@given(
    st.lists(
        st.builds(
            Candidate,
            id=st.integers(1, 10**6),
            due_by=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            timed=st.booleans(),
            priority=st.sampled_from(["low", "medium", "high", "urgent"]),
            score=st.none() | st.integers(0, 100),
            contact_score=st.integers(0, 100),
            pinned=st.booleans(),
            started=st.booleans(),
            speed_to_lead=st.booleans(),
            created_at=st.none(),
        ),
        unique_by=lambda candidate: candidate.id,
    )
)
def test_the_order_keeps_everybody_once_and_does_not_depend_on_the_order_given(candidates: list[Candidate]) -> None:
    found = in_order(candidates, NOW, PARIS)
    assert sorted(ranked.id for ranked in found) == sorted(candidate.id for candidate in candidates)
    assert in_order(list(reversed(candidates)), NOW, PARIS) == found
    assert all(ranked.reason[0].isupper() or ranked.reason[0].isdigit() for ranked in found)


def test_the_greeting_follows_the_persons_own_hour() -> None:
    assert sentences.greeting(datetime(2026, 1, 1, 9, tzinfo=PARIS), "Sam") == "Good morning, Sam"
    assert sentences.greeting(datetime(2026, 1, 1, 15, tzinfo=PARIS), "Sam") == "Good afternoon, Sam"
    assert sentences.greeting(datetime(2026, 1, 1, 2, tzinfo=PARIS), "Sam") == "Good evening, Sam"


def test_the_work_of_a_day_is_said_in_a_sentence() -> None:
    assert sentences.to_do(12, 98) == "12 to do today, about 1 h 40 min"
    assert sentences.to_do(1, 15) == "1 to do today, about 15 min"
    assert sentences.to_do(0, 0, done_today=4) == "nothing left to do today, 4 done"
    assert sentences.about(120) == "about 2 h"


def test_a_moment_is_said_the_way_people_do() -> None:
    assert sentences.when_said(NOW + timedelta(hours=5), NOW, PARIS) == "today 15:00"
    assert sentences.when_said(date(2026, 11, 21), NOW, PARIS) == "tomorrow"
    assert sentences.when_said(date(2026, 11, 24), NOW, PARIS) == "Tuesday 24 November"
    assert sentences.when_said(date(2027, 5, 12), NOW, PARIS) == "12 May 2027"


def test_a_snooze_offers_only_what_is_still_to_come() -> None:
    keys = [offer.key for offer in snooze_offers(NOW, "Europe/Paris")]
    assert keys == ["hour", "afternoon", "tomorrow", "week"]
    evening = NOW.replace(hour=21)
    assert [offer.key for offer in snooze_offers(evening, "Europe/Paris")] == ["hour", "tomorrow", "week"]
    assert snooze_until("afternoon", evening, "Europe/Paris") is None
    assert snooze_until("", NOW, "Europe/Paris") == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_offer_lies_in_the_future_and_no_day_comes_twice(now: datetime) -> None:
    assert all(offer.until > now for offer in snooze_offers(now, "Asia/Manila"))
    days = [offer.day for offer in day_offers(now, "Asia/Manila")]
    assert days == sorted(set(days))


def test_the_usual_outcomes_of_a_call_come_first() -> None:
    class Known:
        def __init__(self, slug: str, type_id: int | None = None) -> None:
            self.slug, self.type_id = slug, type_id

    few, rest = likely([Known("done"), Known("spoke"), Known("own", 3), Known("no_answer")], "call", first=3)
    assert [known.slug for known in few] == ["own", "spoke", "no_answer"]
    assert [known.slug for known in rest] == ["done"]


def test_suggestions_say_who_is_away_and_where_to_share_out() -> None:
    found = suggestions(
        today=date(2026, 11, 20),
        away=[Away(7, "Noor", False, date(2026, 11, 23), date(2026, 11, 27), 6), Away(8, "Ida", False, date(2026, 11, 23), date(2026, 11, 23), 0)],
        unanswered=[Unanswered(3, "Jonas Weber", 3)],
        overdue=9,
        unplanned=1,
        mine=True,
    )  # fmt: skip
    assert [one.text for one in found] == [
        "Noor is out next week with 6 follow-ups due.",
        "Jonas Weber did not answer 3 times in a row. Perhaps they are lost.",
        "9 are overdue. Move what can wait, so that the rest gets done.",
        "1 client has nothing planned.",
    ]
    assert found[0].href == "/followups/?assignee=7&due_from=2026-11-23&due_to=2026-11-27"
