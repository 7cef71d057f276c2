"""Facts and questions for the gate, with everything in order unless said otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from messaging.contact_policy import AskedContact, ConsentFact, ContactFacts, Rules, SuppressionFact, decide_for_contact
from messaging.policy import Verdict

#: Monday, 2 March 2026, ten in the morning in Manila.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

ANA: dict[str, Any] = {
    "contact_id": 1,
    "name": "Ana",
    "addresses": {"email": "ana@example.com", "sms": "+639171234567", "whatsapp": "+639171234567"},
    "country": "PH",
    "zone_name": "Asia/Manila",
    "zone_because": "by the phone number",
    "city": "Manila",
}


def facts(**changes: Any) -> ContactFacts:
    return ContactFacts(**ANA | changes)


def asked(channel: str = "email", **changes: Any) -> AskedContact:
    return AskedContact(channel, **{"created_at": NOW - HOUR} | changes)


def decided(
    question: AskedContact | None = None,
    known: ContactFacts | None = None,
    rules: Rules | None = None,
    now: datetime = NOW,
) -> Verdict:
    return decide_for_contact(question or asked(), known or facts(), rules or Rules(), now)


def said(state: str, at: datetime = NOW - DAY, source: str = "web form") -> ConsentFact:
    return ConsentFact(state, source, at)


def stopped(reason: str, scope: str = "") -> SuppressionFact:
    return SuppressionFact(reason, "They asked not to be written to", NOW - DAY, scope)
