"""Values inside a JSON column as columns of their own: text, numbers, lists. What is of another kind counts as empty."""

from __future__ import annotations

from django.db.models import Case, F, Func, JSONField, Q, TextField, Value, When
from django.db.models import Field as Column
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, Regex


def json_value(column: str, key: str) -> Func:
    return Func(F(column), Value(key), function="jsonb_extract_path", output_field=JSONField())


def json_text(column: str, key: str) -> Func:
    """NULL where there is none. Not Django's key transform: to that a key "2026" would be a place in a list."""
    return Func(F(column), Value(key), function="jsonb_extract_path_text", output_field=TextField())


def json_words(column: str, key: str) -> Coalesce:
    """The text, empty where there is none."""
    return Coalesce(json_text(column, key), Value(""), output_field=TextField())


def is_of(column: str, key: str, kind: str) -> Q:
    """Whether the value is a number, an array, ...; never NULL."""
    kind_of = Func(json_value(column, key), function="jsonb_typeof", output_field=TextField())
    return Q(Exact(Coalesce(kind_of, Value(""), output_field=TextField()), Value(kind)))


def json_number(column: str, key: str) -> Case:
    """The number, whether it was kept as one or as text. In a case, so that nothing else is ever cast."""
    number = Func(json_text(column, key), template="(%(expressions)s)::numeric", output_field=Column())
    kept_as_text = Q(Regex(json_words(column, key), r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"))
    return Case(When(is_of(column, key, "number") | kept_as_text, then=number), output_field=Column())
