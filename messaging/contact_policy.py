"""May this message go to this contact now? One pure decision for every path, asked when it is written and again when
it leaves. docs/policy.md has the rules as a table.
"""

from __future__ import annotations

from datetime import datetime

from messaging.contact_case import (
    MARKETING,
    AskedContact,
    Case,
    ConsentFact,
    ContactFacts,
    Objection,
    Rules,
    SuppressionFact,
    facts_used,
)
from messaging.contact_rules import RULES, touches_words, where
from messaging.contact_sentences import allowed_words, clock_there, leaves_at
from messaging.policy import Verdict

__all__ = ["AskedContact", "ConsentFact", "ContactFacts", "Rules", "SuppressionFact", "decide_for_contact"]


def decide_for_contact(asked: AskedContact, facts: ContactFacts, rules: Rules, now: datetime) -> Verdict:
    """Send, hold until a moment, or refuse; the first rule that speaks decides.

    A hold names the first moment at which every rule about time is content, should nothing change till then.
    """
    case = Case(asked, facts, rules, now)
    passed: Objection | None = None
    for rule in RULES:
        found = rule(case)
        if found is None:
            continue
        if found.yields and asked.by_hand and asked.insist and asked.topic != MARKETING:
            passed = passed or found
            continue
        return _verdict(found, case)
    used = facts_used(case)
    if passed is not None:
        words = f"{passed.words}; it leaves all the same: “{asked.insist}”."
        return Verdict("send", "insisted", words, facts=used | {"insisted_on": passed.rule})
    if case.answers_them and facts.last_reply_at is not None:
        wrote = clock_there(facts.last_reply_at, now, facts.zone_name)
        words = f"{facts.name} wrote {wrote}; an answer by hand may leave at any hour."
        return Verdict("send", "conversation", words, facts=used)
    return Verdict("send", "allowed", allowed_words(facts.name, where(case), touches_words(case)), facts=used)


def _verdict(found: Objection, case: Case) -> Verdict:
    used = facts_used(case)
    if found.until is None:
        return Verdict("refuse", found.rule, f"{found.words}.", facts=used)
    leaves = leaves_at(found.until, case.now, case.facts.zone_name)
    last = case.last_moment
    if last is not None and found.until >= last:
        words = f"{found.words}; it could leave {leaves}, which is too late."
        return Verdict("refuse", "too_late", words, facts=used | {"waits_for": found.rule})
    if _outlasts_window(found.until, case):
        words = f"{found.words}; it could leave {leaves}, when WhatsApp takes no free text from us any more."
        return Verdict("refuse", "whatsapp_window", words, facts=used | {"waits_for": found.rule})
    return Verdict("hold", found.rule, f"{found.words}; it leaves {leaves}.", found.until, facts=used)


def _outlasts_window(until: datetime, case: Case) -> bool:
    """Whether free text would wait until after the time in which WhatsApp takes it."""
    if case.asked.channel != "whatsapp" or case.asked.templated:
        return False
    window = case.facts.whatsapp_open_until(case.now)
    return window is not None and until >= window
