"""What is stored as codes and digits is said as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from crm.custom_values import parse_value, say_value, show_value


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("date", "2029-07-02", "2 Jul 2029"),
        ("money", 13_000, "13,000"),
        ("money", 13_000.5, "13,000.50"),
        ("money", 950, "950"),
        ("money", -1_200, "-1,200"),
        ("number", 1_990, "1990"),
        ("number", 125_000, "125,000"),
        ("number", 0.25, "0.25"),
        ("number", 12_345.5, "12,345.5"),
        ("yes_no", True, "yes"),
        ("choices", ["Visa", "School"], "Visa; School"),
        ("text", "13000", "13000"),
        ("money", None, ""),
    ],
)
def test_a_value_of_an_own_field_is_said_as_people_read_it(kind: str, value: Any, said: str) -> None:
    assert say_value(kind, value) == said


@pytest.mark.parametrize(("kind", "value"), [("money", 13_000.5), ("number", 12_345.5), ("number", 1_990)])
def test_a_number_as_it_is_edited_reads_back_to_the_same(kind: str, value: float) -> None:
    assert parse_value(kind, show_value(kind, value)) == value
