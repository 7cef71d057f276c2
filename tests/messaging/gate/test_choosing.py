"""Which way a message goes, and why, in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from messaging.choosing import choose
from messaging.contact_policy import Rules, decide_for_contact
from tests.messaging.gate.cases import DAY, NOW, asked, facts, said, stopped

RULES = Rules(costs={"email": 0.0005, "whatsapp": 0.01, "sms": 0.05})
WROTE_TODAY = {"whatsapp_in_at": NOW - DAY / 2}


def chosen(known, wanted="", others=True, **question):
    verdicts = {
        channel: decide_for_contact(asked(channel, **question), known, RULES, NOW)
        for channel in ("email", "sms", "whatsapp")
    }
    return choose(verdicts, known, RULES, wanted=wanted, others=others)


@pytest.mark.parametrize(
    ("known", "channel", "reason", "left"),
    [
        (
            facts(**WROTE_TODAY),
            "email",
            "By e-mail: the cheapest that reaches Ana; WhatsApp would cost more.",
            ("whatsapp", "sms"),
        ),
        (facts(preferred="sms", **WROTE_TODAY), "sms", "By SMS: Ana prefers it.", ("email", "whatsapp")),
        (facts(preferred="call"), "email", "By e-mail: the cheapest that reaches Ana; SMS would cost more.", ("sms",)),
        (
            facts(preferred="whatsapp"),
            "email",
            "By e-mail, not by WhatsApp. On WhatsApp only approved templates may be sent more than 24 hours after "
            "their last message; Ana has not written there yet.",
            ("sms",),
        ),
        (
            facts(addresses={"sms": "+639171234567"}),
            "sms",
            "By SMS: the only way that reaches Ana and is allowed.",
            (),
        ),
        (
            facts(consents={("email", "all"): said("withdrawn")}),
            "sms",
            "By SMS: the only way that reaches Ana and is allowed.",
            (),
        ),
    ],
)
def test_the_preferred_way_else_the_cheapest_that_reaches_and_is_allowed(known, channel, reason, left):
    found = chosen(known)
    assert (found.channel, found.reason, found.fallback) == (channel, reason, left)


def test_a_way_that_was_asked_for_comes_first():
    found = chosen(facts(preferred="email"), wanted="sms")
    assert (found.channel, found.reason, found.fallback) == ("sms", "By SMS: asked for.", ("email",))


def test_a_way_that_was_asked_for_and_is_shut_gives_way_to_the_next():
    found = chosen(facts(takes_sms=False), wanted="sms")
    assert (found.channel, found.verdict.verdict) == ("email", "send")
    assert found.reason == "By e-mail, not by SMS. Ana’s number is not a mobile one, and takes no SMS."


def test_a_way_that_was_asked_for_alone_has_no_other():
    found = chosen(facts(takes_sms=False), wanted="sms", others=False)
    assert (found.channel, found.verdict.rule, found.fallback) == ("sms", "fixed_line", ())


@pytest.mark.parametrize(
    "known",
    [
        facts(consents={("sms", "all"): said("withdrawn")}),
        facts(suppressions={"sms": (stopped("opt_out"),)}),
        facts(suppressions={"sms": (stopped("complaint"),)}),
    ],
)
def test_no_way_leads_around_what_the_contact_wants(known):
    found = chosen(known, wanted="sms")
    assert (found.channel, found.verdict.verdict, found.fallback) == ("sms", "refuse", ())


def test_where_no_way_is_open_each_says_why():
    found = chosen(facts(addresses={}))
    assert found.verdict.verdict == "refuse"
    assert found.verdict.sentence == "No way is open. Ana has no e-mail address. Ana has no phone number."
    gone = chosen(replace(facts(), gone=True))
    assert gone.verdict.sentence == "The contact has been deleted."
