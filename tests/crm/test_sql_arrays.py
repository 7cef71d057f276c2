"""Lists as PostgreSQL reads them: whatever is in them comes back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.sql_arrays import array, id_array, text_array

pytestmark = pytest.mark.django_db

TEXTS = st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20), max_size=10)


def read(literal: str, kind: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [literal])
        found: list[object] = cursor.fetchone()[0]
        return found


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["NULL"], ['"', "\\", "{,}", "a b", "\n\t", "é", "';--"]])
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    assert read(text_array(texts), "text") == texts


@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_any_texts_come_back_as_they_were(texts: list[str]) -> None:
    assert read(text_array(texts), "text") == texts


@pytest.mark.parametrize("ids", [[], [1], [2**63 - 1, -1, 0]])
def test_ids_come_back_as_they_were(ids: list[int]) -> None:
    assert read(id_array(ids), "bigint") == ids


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, -(2**63)]),
        ("bool", [True, None, False]),
        ("text", ["NULL", None, "", 'a "b"\\']),
        ("date", [date(2026, 2, 28), None]),
        ("timestamptz", [datetime(2026, 3, 29, 1, 30, 0, 123456, UTC), None]),
        ("timestamptz", [datetime(2026, 3, 29, 9, tzinfo=timezone(timedelta(hours=5, minutes=45)))]),
    ],
)
def test_whatever_is_in_an_array_comes_back_and_none_is_null(kind: str, values: list[object]) -> None:
    assert read(array(values), kind) == values
