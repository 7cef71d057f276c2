"""Each rule of the gate, both ways, and the order in which they speak."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from messaging.contact_policy import Rules
from messaging.contact_rules import OF_THE_CHANNEL, RULES
from tests.messaging.gate.cases import DAY, HOUR, MINUTE, NOW, asked, decided, facts, said, stopped

NIGHT = NOW + 13 * HOUR + 10 * MINUTE  # 23:10 in Manila
SATURDAY = NOW + 5 * DAY

#: Asked, facts, the rule that must speak, and its sentence.
REFUSED = [
    (asked(), facts(gone=True), "contact_gone", "The contact has been deleted."),
    (asked(expires_at=NOW), facts(), "expired", "Too late: it was no longer worth saying."),
    (asked(due_at=NOW - 3 * DAY), facts(), "too_late", "Too late: it was to leave 72 hours ago."),
    (
        asked(),
        facts(last_reply_at=NOW - MINUTE),
        "replied",
        "Ana answered at 09:59, after this was written.",
    ),
    (
        asked("sms"),
        facts(consents={("sms", "all"): said("withdrawn")}),
        "opted_out",
        "Ana opted out of SMS on 1 March 2026 (web form).",
    ),
    (
        asked("email", topic="payments"),
        facts(consents={("email", "payments"): said("withdrawn")}),
        "opted_out",
        "Ana opted out of e-mail about payments on 1 March 2026 (web form).",
    ),
    (
        asked("sms", topic="marketing"),
        facts(),
        "needs_yes",
        "Ana has not agreed to marketing by SMS, which needs a yes beforehand.",
    ),
    (
        asked(),
        facts(suppressions={"email": (stopped("complaint"),)}),
        "stopped",
        "This address is not written to since 1 March 2026: they asked not to be written to.",
    ),
    (
        asked("sms", sender="+1555"),
        facts(suppressions={"sms": (stopped("provider", "+1555"),)}),
        "dead_address",
        "This address is not written to from +1555 since 1 March 2026: they asked not to be written to.",
    ),
    (asked("push"), facts(), "no_provider", "Nothing is sent by push from here: no provider for it is set up."),
    (asked(), facts(addresses={}), "no_address", "Ana has no e-mail address."),
    (asked("sms"), facts(addresses={}), "no_address", "Ana has no phone number."),
    (asked("sms"), facts(takes_sms=False), "fixed_line", "Ana’s number is not a mobile one, and takes no SMS."),
    (
        asked("whatsapp"),
        facts(whatsapp_in_at=NOW - DAY),
        "whatsapp_window",
        "On WhatsApp only approved templates may be sent more than 24 hours after their last message; "
        "Ana last wrote on Sunday at 10:00.",
    ),
    (
        asked(answers=True),
        facts(answered=(NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR)),
        "answers_cap",
        "Ana got 3 automatic answers in the last 24 hours, the most allowed: two machines may be talking.",
    ),
]


@pytest.mark.parametrize(("question", "known", "rule", "sentence"), REFUSED, ids=[case[2] for case in REFUSED])
def test_a_refusal_names_its_rule_and_says_why(question, known, rule, sentence):
    verdict = decided(question, known)
    assert (verdict.verdict, verdict.rule, verdict.sentence) == ("refuse", rule, sentence)


ALLOWED = [
    asked(expires_at=NOW + MINUTE),
    asked(due_at=NOW - 3 * DAY + MINUTE),
    asked("whatsapp", templated=True),
]


@pytest.mark.parametrize("question", ALLOWED)
def test_what_is_just_in_time_or_approved_leaves(question):
    assert decided(question).verdict == "send"


@pytest.mark.parametrize(
    "known",
    [
        facts(last_reply_at=NOW - 2 * HOUR),  # before it was written
        facts(consents={("sms", "all"): said("withdrawn")}),  # another channel
        facts(consents={("email", "payments"): said("withdrawn")}),  # another topic
        facts(consents={("email", "all"): said("granted")}),
        facts(suppressions={"sms": (stopped("complaint"),)}),
        facts(takes_sms=False),
        facts(away_until=date(2026, 3, 2), last_reply_at=None),
        facts(touches=(NOW - 2 * HOUR, NOW - 90 * MINUTE)),
        facts(touches=(NOW - HOUR,)),
        facts(answered=(NOW - HOUR,) * 3),
    ],
)
def test_facts_that_do_not_concern_it_do_not_stop_it(known):
    assert decided(known=known).verdict == "send"


def test_a_stop_for_one_of_our_numbers_leaves_the_others():
    known = facts(suppressions={"sms": (stopped("opt_out", "+1555"),)})
    assert decided(asked("sms", sender="+1777"), known).verdict == "send"
    assert decided(asked("sms", sender="+1555"), known).rule == "stopped"
    assert decided(asked("sms"), known).rule == "stopped"


def test_marketing_where_a_yes_is_needed_leaves_with_one():
    for topic in ("marketing", "all"):
        known = facts(consents={("sms", topic): said("granted")})
        assert decided(asked("sms", topic="marketing"), known).verdict == "send"


def test_free_text_on_whatsapp_leaves_within_a_day_of_their_words():
    assert decided(asked("whatsapp"), facts(whatsapp_in_at=NOW - DAY + MINUTE)).verdict == "send"


HELD = [
    (
        NIGHT,
        facts(),
        "quiet_hours",
        NOW + DAY - 2 * HOUR,
        "It is 23:10 for Ana in Manila (by the phone number), inside quiet hours; it leaves at 08:00 their time.",
    ),
    (
        SATURDAY,
        facts(),
        "weekend",
        NOW + 7 * DAY - 10 * HOUR + 8 * HOUR,
        "It is Saturday 10:00 for Ana in Manila (by the phone number), and nobody is written to on weekends; "
        "it leaves on Monday at 08:00 their time.",
    ),
    (
        NOW,
        facts(touches=(NOW - 20 * MINUTE,)),
        "gap",
        NOW + 40 * MINUTE,
        "Ana was last written to at 09:40, and 60 minutes must lie between two messages; "
        "it leaves at 10:40 their time.",
    ),
    (
        NOW,
        facts(touches=(NOW - 23 * HOUR, NOW - 22 * HOUR, NOW - 2 * HOUR)),
        "cap_per_day",
        NOW + HOUR,
        "Ana got 3 messages in the last 24 hours, the most allowed; it leaves at 11:00 their time.",
    ),
    (
        NOW,
        facts(touches=tuple(NOW - 7 * DAY + n * 12 * HOUR + HOUR for n in range(10))),
        "cap_per_week",
        NOW + HOUR,
        "Ana got 10 messages in the last 7 days, the most allowed; it leaves at 11:00 their time.",
    ),
    (
        NOW,
        facts(away_until=date(2026, 3, 4)),
        "away",
        NOW + 2 * DAY - 2 * HOUR,
        "Ana is away until Wednesday, and automatic messages wait; it leaves on Wednesday at 08:00 their time.",
    ),
]


@pytest.mark.parametrize(("now", "known", "rule", "until", "sentence"), HELD, ids=[case[2] for case in HELD])
def test_what_waits_says_how_long_and_why(now, known, rule, until, sentence):
    verdict = decided(asked(created_at=now), known, now=now)
    assert (verdict.verdict, verdict.rule, verdict.until, verdict.sentence) == ("hold", rule, until, sentence)


def test_a_return_on_a_weekend_waits_for_the_first_working_morning():
    verdict = decided(known=facts(away_until=date(2026, 3, 7)))  # a Saturday
    assert verdict.rule == "away"
    assert verdict.until == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)


def test_a_gap_that_ends_at_night_waits_for_the_morning():
    late = NOW + 10 * HOUR + 30 * MINUTE  # 20:30
    verdict = decided(asked(created_at=late), facts(touches=(late - MINUTE,)), now=late)
    assert (verdict.rule, verdict.until) == ("gap", NOW + DAY - 2 * HOUR)


@pytest.mark.parametrize(("country", "friday", "sunday"), [("PH", "send", "hold"), ("EG", "hold", "send")])
def test_weekends_are_those_of_their_country(country, friday, sunday):
    for day, expected in ((4, friday), (6, sunday)):
        now = NOW + day * DAY
        assert decided(asked(created_at=now), facts(country=country), now=now).verdict == expected


def test_empty_limits_are_none():
    free = Rules(quiet=(), weekends=True, cap_per_day=None, cap_per_week=None, gap=None, late=None)
    known = facts(touches=tuple(NOW - n * MINUTE for n in range(50, 0, -1)))
    for now in (NOW, NIGHT, SATURDAY):
        assert decided(asked(due_at=NOW - 90 * DAY), known, free, now).verdict == "send"


@pytest.mark.parametrize(
    ("house", "own", "at", "quiet"),
    [
        ((21, 8), (22, 7), "21:30", True),
        ((22, 7), (20, 9), "08:30", True),
        ((22, 7), (12, 14), "13:00", True),
        ((22, 7), (12, 14), "15:00", False),
        ((8, 21), (21, 8), "10:00", False),  # together they would leave nothing: their own wish alone
    ],
)
def test_of_the_houses_hours_and_their_own_the_stricter_wins(house, own, at, quiet):
    clock = time.fromisoformat(at)
    now = datetime(2026, 3, 3, clock.hour, clock.minute, tzinfo=UTC) - 8 * HOUR
    known = facts(quiet=((time(own[0]), time(own[1])),))
    rules = Rules(quiet=((time(house[0]), time(house[1])),))
    assert (decided(asked(created_at=now), known, rules, now).verdict == "hold") is quiet


def test_a_wish_for_quiet_weekends_holds_where_the_house_works_on_weekends():
    busy = Rules(weekends=True)
    assert decided(asked(created_at=SATURDAY), facts(weekends=False), busy, SATURDAY).rule == "weekend"
    assert decided(asked(created_at=SATURDAY), facts(weekends=None), busy, SATURDAY).verdict == "send"


def test_what_would_be_too_late_after_its_wait_is_refused_at_once():
    verdict = decided(asked(created_at=NIGHT, expires_at=NIGHT + HOUR), now=NIGHT)
    assert (verdict.verdict, verdict.rule) == ("refuse", "too_late")
    assert verdict.sentence.endswith("; it could leave at 08:00 their time, which is too late.")


def test_free_text_that_would_outlast_the_window_of_whatsapp_is_refused_at_once():
    known = facts(whatsapp_in_at=NIGHT - 20 * HOUR)
    verdict = decided(asked("whatsapp", created_at=NIGHT), known, now=NIGHT)
    assert (verdict.verdict, verdict.rule) == ("refuse", "whatsapp_window")
    assert verdict.sentence.endswith(
        "; it could leave at 08:00 their time, when WhatsApp takes no free text from us any more."
    )
    assert decided(asked("whatsapp", templated=True, created_at=NIGHT), known, now=NIGHT).verdict == "hold"


def test_an_absence_makes_nothing_late():
    away = facts(away_until=date(2026, 3, 30))
    verdict = decided(known=away)
    assert (verdict.verdict, verdict.until) == ("hold", datetime(2026, 3, 30, 0, 0, tzinfo=UTC))
    assert decided(known=away, now=verdict.until).verdict == "send"


def test_an_answer_by_hand_in_an_open_conversation_leaves_at_any_hour():
    known = facts(last_reply_at=NIGHT - 3 * HOUR, touches=(NIGHT - MINUTE,) * 3)
    question = asked("email", by_hand=True, stops_on_reply=False)
    verdict = decided(question, known, now=NIGHT)
    assert (verdict.verdict, verdict.rule) == ("send", "conversation")
    assert verdict.sentence == "Ana wrote at 20:10; an answer by hand may leave at any hour."
    assert decided(asked(created_at=NIGHT), known, now=NIGHT).verdict == "hold"


def test_marketing_by_hand_is_no_answer_and_waits_for_the_morning():
    known = facts(last_reply_at=NIGHT - 3 * HOUR, consents={("email", "marketing"): said("granted")})
    question = asked("email", topic="marketing", by_hand=True, stops_on_reply=False, created_at=NIGHT)
    assert decided(question, known, now=NIGHT).rule == "quiet_hours"


def test_other_messages_by_hand_wait_for_the_morning_too():
    assert decided(asked(by_hand=True, stops_on_reply=False, created_at=NIGHT), now=NIGHT).rule == "quiet_hours"


def test_a_message_by_hand_does_not_wait_for_somebody_who_is_away():
    assert decided(asked(by_hand=True), facts(away_until=date(2026, 3, 9))).verdict == "send"


INSISTED = [
    (facts(consents={("email", "all"): said("withdrawn")}), NOW, "opted_out"),
    (facts(suppressions={"email": (stopped("opt_out"),)}), NOW, "stopped"),
    (facts(), NIGHT, "quiet_hours"),
    (facts(), SATURDAY, "weekend"),
    (facts(touches=(NOW - HOUR / 2,) * 3), NOW, "cap_per_day"),
]


@pytest.mark.parametrize(("known", "now", "rule"), INSISTED, ids=[case[2] for case in INSISTED])
def test_who_insists_gets_through_with_the_reason_written_down(known, now, rule):
    question = asked(by_hand=True, stops_on_reply=False, insist="Her visa ends tomorrow", created_at=now)
    verdict = decided(question, known, now=now)
    assert (verdict.verdict, verdict.rule) == ("send", "insisted")
    assert verdict.facts["insisted_on"] == rule
    assert verdict.sentence.endswith("; it leaves all the same: “Her visa ends tomorrow”.")


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"topic": "marketing"}, facts(consents={("email", "all"): said("withdrawn")})),
        ({"by_hand": False}, facts(consents={("email", "all"): said("withdrawn")})),
        ({}, facts(suppressions={"email": (stopped("complaint"),)})),
        ({}, facts(suppressions={"email": (stopped("opt_out"), stopped("complaint", "+1"))})),
        ({}, facts(suppressions={"email": (stopped("by_hand"),)})),
        ({}, facts(suppressions={"email": (stopped("hard_bounce"),)})),
        ({}, facts(addresses={})),
        ({}, facts(gone=True)),
    ],
)
def test_insisting_never_opens_the_way_for_marketing_complaints_or_what_cannot_be(changes, known):
    question = asked(**{"by_hand": True, "stops_on_reply": False, "insist": "Please"} | changes)
    assert decided(question, known).verdict == "refuse"


def test_the_first_rule_that_speaks_decides():
    everything_wrong = facts(
        gone=True,
        addresses={},
        consents={("sms", "all"): said("withdrawn")},
        suppressions={"sms": (stopped("complaint"),)},
        last_reply_at=NOW,
        touches=(NOW,) * 20,
    )
    assert decided(asked("sms", expires_at=NOW), everything_wrong).rule == "contact_gone"
    assert [rule.__name__ for rule in RULES] == [
        "contact_gone", "expired", "too_late", "replied", "opted_out", "needs_yes", "stopped", "dead_address",
        "no_provider", "no_address", "fixed_line", "whatsapp_window", "answers_cap", "waits",
    ]  # fmt: skip


def test_what_the_contact_wants_comes_before_what_a_channel_cannot():
    names = [rule.__name__ for rule in RULES]
    assert max(map(names.index, ("opted_out", "needs_yes", "stopped"))) < min(map(names.index, OF_THE_CHANNEL))


def test_the_ledger_is_told_which_facts_were_used():
    known = facts(consents={("email", "all"): said("granted")}, touches=(NOW - 2 * HOUR,), last_reply_at=NOW - 5 * DAY)
    assert decided(known=known).facts == {
        "channel": "email",
        "topic": "service",
        "zone": "Asia/Manila",
        "zone_because": "by the phone number",
        "local_time": "2026-03-02T10:00",
        "last_24_hours": 1,
        "last_7_days": 1,
        "last_reply_at": (NOW - 5 * DAY).isoformat(),
        "consents": [
            {"topic": "all", "state": "granted", "source": "web form", "at": (NOW - DAY).isoformat()},
        ],
    }


def test_a_send_says_what_time_it_is_there_and_how_many_it_makes():
    verdict = decided(known=facts(touches=(NOW - 2 * HOUR,)))
    assert verdict.sentence == (
        "It is 10:00 for Ana in Manila (by the phone number); nothing spoke against it (message 2 of 3 in 24 hours)."
    )


def test_late_is_counted_from_when_it_was_to_leave():
    question = asked(created_at=NOW - 30 * DAY, due_at=NOW - timedelta(hours=1))
    assert decided(question).verdict == "send"
