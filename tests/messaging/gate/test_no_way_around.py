"""There is one gate: nothing else decides, and nothing leaves that it has not let pass."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from messaging.delivery import deliver_due
from messaging.models import Decision, Message
from messaging.outbox import NewMessage, put
from tests.factories import contact
from tests.test_architecture import ROOT, files

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

#: Who may ask the gate: the judge, whose word counts; and those who only want to know beforehand.
ASKING = {
    "messaging/judging_contacts.py",
    "messaging/writing.py",
    "messaging/fallback.py",
    "messaging/inbox/ways.py",
}


def holding(pattern: str) -> set[str]:
    """The product's files, outside migrations, in which the pattern stands."""
    found = re.compile(pattern)
    names = (
        path for path in files("*.py") if path.relative_to(ROOT).parts[0] in {"messaging", "followups", "crm", "config"}
    )
    return {str(path.relative_to(ROOT)) for path in names if found.search(path.read_text())}


def test_nobody_else_decides():
    assert holding(r"import .*\bdecide_for_contact\b") <= ASKING
    assert holding(r"\bRULES\b.*\bcase\b|from messaging\.contact_rules import .*\bRULES\b") == {
        "messaging/contact_policy.py"
    }


def test_only_the_judge_says_that_a_message_was_allowed():
    assert holding(r"allowed_at = CASE WHEN p\.counts THEN") == {"messaging/judging_contacts.py"}
    assert holding(r"allowed_at=(?!None)") == set()


def test_only_delivery_asks_the_judge_and_hands_over_what_it_let_pass():
    assert holding(r"import .*\bjudge\b") == {"messaging/delivery.py"}
    assert holding(r"from messaging.handing_over import .*\bhand_over\b") == {"messaging/delivery.py"}


def test_messages_to_contacts_are_written_in_two_places_and_judged_in_any_case():
    assert holding(r"INSERT INTO messaging_message \(channel, direction, kind, contact_id, (author|user)_id") == {
        "messaging/contact_outbox.py",
        "messaging/outbox.py",
    }


@pytest.mark.django_db
def test_a_message_that_was_put_into_the_outbox_past_the_writing_is_judged_all_the_same():
    ana = contact("Ana", email="")
    put([NewMessage("email", "nudge", "k", contact_id=ana.pk, text="Hello")], now=NOW)
    deliver_due(NOW)
    message = Message.objects.get()
    assert message.status == "suppressed"
    assert Decision.objects.get(message=message).rule == "no_address"
