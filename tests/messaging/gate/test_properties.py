"""What holds for the gate whatever the facts: over every zone, any hours, any wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import zone, zone_names
from messaging.contact_case import Case, hours_of
from messaging.contact_hours import WEEKENDS, Hours, leaves_time, next_open, stretch, strictest, weekend_of
from messaging.contact_policy import AskedContact, ConsentFact, ContactFacts, Rules, SuppressionFact, decide_for_contact
from messaging.contact_rules import RULES

ZONES = sorted(zone_names())
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
seconds = st.integers(946_684_800, 2_114_380_800)
moments = seconds.map(lambda second: datetime.fromtimestamp(second, UTC))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
stretches = st.tuples(clocks, clocks).map(lambda pair: stretch(*pair))
countries = st.sampled_from(["", "PH", "DE", *WEEKENDS])
channels = st.sampled_from(["email", "sms", "whatsapp"])
topics = st.sampled_from(["service", "marketing", "classes", "payments"])
consents = st.dictionaries(
    st.tuples(channels, st.sampled_from(["all", "service", "marketing"])),
    st.sampled_from(["granted", "withdrawn"]).map(lambda state: ConsentFact(state, "form", YEAR)),
    max_size=4,
)
reasons = st.sampled_from(["hard_bounce", "soft_bounces", "complaint", "opt_out", "provider", "by_hand"])
stops = st.dictionaries(
    channels, st.lists(reasons.map(lambda reason: SuppressionFact(reason, "Said so", YEAR)), max_size=2).map(tuple)
)


def before(now: datetime, most: timedelta) -> st.SearchStrategy[datetime]:
    return st.integers(0, int(most.total_seconds())).map(lambda ago: now - timedelta(seconds=ago))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    now = draw(moments)
    lately = before(now, timedelta(days=7) - timedelta(seconds=1))
    maybe = st.none() | before(now, timedelta(days=10))
    known = ContactFacts(
        1,
        name="Ana",
        gone=draw(st.booleans().filter(bool) if draw(st.integers(0, 20)) == 0 else st.just(False)),
        addresses=dict.fromkeys(draw(st.sets(channels)), "x"),
        takes_sms=draw(st.booleans()),
        consents=draw(consents),
        suppressions=draw(stops),
        country=draw(countries),
        zone_name=draw(st.sampled_from(ZONES)),
        quiet=draw(stretches),
        weekends=draw(st.none() | st.booleans()),
        away_until=draw(st.none() | st.integers(-5, 40).map(lambda days: now.date() + timedelta(days=days))),
        last_reply_at=draw(maybe),
        whatsapp_in_at=draw(maybe),
        last_out_at=draw(maybe),
        touches=tuple(sorted(draw(st.lists(lately, max_size=12)))),
        answered=tuple(sorted(draw(st.lists(lately, max_size=4)))),
    )
    question = AskedContact(
        draw(channels),
        draw(topics),
        by_hand=draw(st.booleans()),
        insist=draw(st.sampled_from(["", "", "It is urgent"])),
        stops_on_reply=draw(st.booleans()),
        created_at=draw(before(now, timedelta(days=5))),
        due_at=draw(st.none() | before(now, timedelta(days=5))),
        expires_at=draw(st.none() | st.integers(-1000, 500_000).map(lambda s: now + timedelta(seconds=s))),
        templated=draw(st.booleans()),
        answers=draw(st.booleans()),
    )
    rules = Rules(
        quiet=draw(stretches),
        weekends=draw(st.booleans()),
        cap_per_day=draw(st.none() | st.integers(1, 6)),
        cap_per_week=draw(st.none() | st.integers(1, 12)),
        gap=draw(st.none() | st.integers(1, 10080).map(lambda minutes: timedelta(minutes=minutes))),
        late=draw(st.none() | st.integers(1, 400).map(lambda hours: timedelta(hours=hours))),
        automatic_answers=draw(st.integers(1, 5)),
    )
    return Case(question, known, rules, now)


def verdict_of(case: Case, now: datetime | None = None):
    return decide_for_contact(case.asked, case.facts, case.rules, now or case.now)


def free(case: Case) -> bool:
    """By hand, no marketing, and either in a conversation or insisted on: then no hour holds it."""
    urgent = bool(case.asked.insist) or case.facts.in_conversation(case.now)
    return case.asked.by_hand and case.asked.topic != "marketing" and urgent


@given(cases())
def test_nothing_leaves_in_quiet_hours_or_on_a_day_off(case):
    if verdict_of(case).verdict == "send" and not free(case):
        assert hours_of(case).is_open(case.now)


@given(cases())
def test_nothing_leaves_past_a_cap_or_within_the_gap(case):
    if verdict_of(case).verdict != "send" or free(case):
        return
    for cap, window in ((case.rules.cap_per_day, timedelta(days=1)), (case.rules.cap_per_week, timedelta(days=7))):
        assert cap is None or sum(at > case.now - window for at in case.facts.touches) < cap
    if case.rules.gap is not None and case.facts.touches:
        assert case.now - case.facts.touches[-1] >= case.rules.gap


@given(cases())
def test_what_is_held_may_leave_when_its_time_has_come(case):
    verdict = verdict_of(case)
    if verdict.verdict != "hold":
        return
    assert verdict.until is not None
    assert verdict.until > case.now
    assert verdict_of(case, verdict.until).verdict == "send"


@given(cases(), st.booleans())
def test_nobody_who_opted_out_is_written_to_unless_a_person_insists_and_never_with_marketing(case, altogether):
    topic = "all" if altogether else case.asked.topic
    said = {(case.asked.channel, topic): ConsentFact("withdrawn", "form", YEAR)}
    case = replace(case, facts=replace(case.facts, consents={**case.facts.consents, **said}))
    insisted = case.asked.by_hand and case.asked.insist and case.asked.topic != "marketing"
    assert insisted or verdict_of(case).verdict == "refuse"


@given(cases())
def test_who_complained_is_never_written_to(case):
    there = case.facts.suppressions.get(case.asked.channel, ())
    stops = {case.asked.channel: (*there, SuppressionFact("complaint", "Said so", YEAR))}
    case = replace(case, facts=replace(case.facts, suppressions=stops))
    assert verdict_of(case).verdict == "refuse"


@given(cases(), st.integers(1, 500_000))
def test_an_answer_since_it_was_written_always_stops_what_stops_on_answers(case, later):
    reply = case.asked.created_at + timedelta(seconds=later)
    case = replace(case, asked=replace(case.asked, stops_on_reply=True), facts=replace(case.facts, last_reply_at=reply))
    assert verdict_of(case).verdict == "refuse"


@given(cases())
def test_every_verdict_has_a_rule_and_a_sentence_and_facts(case):
    verdict = verdict_of(case)
    assert verdict.sentence.endswith(".") or verdict.sentence.endswith("”.")
    assert verdict.facts["zone"] == case.facts.zone_name
    known = {rule.__name__ for rule in RULES} - {"waits"}
    holds = {"away", "cap_per_week", "cap_per_day", "gap", "quiet_hours", "weekend"}
    passes = {"allowed", "insisted", "conversation"}
    assert verdict.rule in {"send": passes, "hold": holds, "refuse": known}[verdict.verdict]
    assert (verdict.until is not None) is (verdict.verdict == "hold")


@given(moments, stretches, stretches, countries, st.sampled_from(ZONES))
def test_there_is_always_a_next_opening(at, house, own, country, name):
    hours = Hours(zone(name), strictest(house, own), weekend_of(country))
    until = next_open(at, hours)
    assert hours.is_open(until)
    assert until == at if hours.is_open(at) else at < until < at + timedelta(days=10)


@given(stretches, stretches)
def test_two_wishes_together_are_kept_where_they_leave_a_minute(house, own):
    minutes = [time(hour, minute) for hour in range(24) for minute in range(60)]
    hours = Hours(UTC, house + own)
    open_ = any(hours.is_open(datetime.combine(date(2026, 3, 2), at, tzinfo=UTC)) for at in minutes)
    assert leaves_time(house + own) is open_


@given(moments, stretches)
def test_no_earlier_moment_would_have_done(at, quiet):
    hours = Hours(UTC, quiet, frozenset({6, 7}))
    until = next_open(at, hours)
    minutes = int((until - at) / timedelta(minutes=1))
    assert not any(hours.is_open(at + timedelta(minutes=n)) for n in range(0, minutes, 7))


@pytest.mark.parametrize("part", range(6))
def test_in_every_zone_every_working_day_of_a_year_opens_by_the_wall_clock(part):
    for name in ZONES[part::6]:
        hours = Hours(zone(name), stretch(time(21), time(8)), frozenset({6, 7}))
        at, days = YEAR, set()
        while at < YEAR + timedelta(days=365):
            at = next_open(at, hours)
            local = at.astimezone(hours.zone)
            assert hours.is_open(at), name
            assert local.isoweekday() < 6, name
            days.add(local.date())
            at += timedelta(hours=14)
        assert len(days) >= 260, name


@given(st.sampled_from(ZONES), st.integers(0, 364))
def test_every_hour_of_a_day_anywhere_leads_to_an_opening_within_four_days(name, day):
    hours = Hours(zone(name), stretch(time(21), time(8)), frozenset({6, 7}))
    for hour in range(24):
        at = YEAR + timedelta(days=day, hours=hour)
        until = next_open(at, hours)
        assert hours.is_open(until)
        assert until - at < timedelta(days=4)
