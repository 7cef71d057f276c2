"""What the timeline says of events of other systems, whatever they left out."""

from __future__ import annotations

from typing import Any

import pytest

from crm.event_kinds import words


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("order_placed", {"item": "Blue shirt", "amount_words": "€12.50"}, "Placed an order: Blue shirt, €12.50"),
        ("order_placed", {}, "Placed an order"),
        ("payment_received", {"amount_words": "€5.00"}, "Made a payment of €5.00"),
        ("class_attended", {"course": "Spanish A1"}, "Attended Spanish A1"),
        ("class_attended", {"item": None}, "Attended a class"),
        ("form_submitted", {}, "Sent a form"),
        ("custom.webinar_joined", {"title": "Visas in\n2027"}, "Webinar joined: Visas in 2027"),
        ("custom.odd.{name}[x|y]", {}, "Odd name x y"),
        ("note_added", {}, "Note"),
        ("tag_added", {}, "Tagged …"),
    ],
)
def test_a_sentence_holds_what_is_known(kind: str, data: dict[str, Any], said: str) -> None:
    assert words(kind, data) == said


def test_days_are_said_as_people_read_them() -> None:
    said = words("invoice_issued", {"invoice": "2026-0007", "amount_words": "€2,200.00", "due_on": "2026-07-08"})
    assert said == "Invoice 2026-0007 over €2,200.00, due on 8 Jul 2026"
    assert "when it suits" in words("document_expired", {"document": "Passport", "expires_on": "when it suits"})
