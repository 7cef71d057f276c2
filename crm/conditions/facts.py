"""The facts of contacts that conditions ask for, in a fixed number of queries: one for the contacts' own columns, one
for each field of several values and for each kind of record that is asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models import Field as Column
from django.db.models.expressions import ExpressionWrapper

from crm.conditions.fields import Field, Subject, Type
from crm.conditions.tree import Condition, Some, Test, leaves
from crm.models import Contact


def facts_of(conditions: Iterable[Condition], contact_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The facts of each contact that exists, as crm/conditions/matching.py takes them."""
    tests = [leaf for condition in conditions for leaf in leaves(condition.root)]
    own = {test.field.name: test.field for test in tests if isinstance(test, Test)}
    plain = [field for field in own.values() if field.many is None]
    found = dict(_values(Contact.objects.filter(pk__in=contact_ids), "pk", plain))
    for field in own.values():
        if field.many is not None:
            _add_many(found, field)
    for subject, fields in _asked(tests):
        _add_records(found, subject, fields)
    return found


def _asked(tests: Sequence[Test | Some]) -> list[tuple[Subject, list[Field]]]:
    """The kinds of record asked about, each with the fields that any test needs."""
    fields: dict[str, dict[str, Field]] = defaultdict(dict)
    subjects: dict[str, Subject] = {}
    for some in tests:
        if isinstance(some, Some):
            subjects[some.subject.name] = some.subject
            fields[some.subject.name].update({test.field.name: test.field for test in some.where})
            if some.within_days is not None:
                fields[some.subject.name]["at"] = some.subject.clock
    return [(subject, list(fields[name].values())) for name, subject in subjects.items()]


def _add_many(found: dict[int, dict[str, Any]], field: Field) -> None:
    assert field.many is not None
    for facts in found.values():
        facts[field.name] = set()
    rows = field.many.rows().filter(**{f"{field.many.path}__in": list(found)})
    for pk, value in rows.values_list(field.many.path, field.many.column):
        found[pk][field.name].add(value)


#: Which record it is, so that a question may be asked about one of them.
_WHICH = Field("id", "number", Type.NUMBER, "pk")


def _add_records(found: dict[int, dict[str, Any]], subject: Subject, fields: list[Field]) -> None:
    name = f"some:{subject.name}"
    for facts in found.values():
        facts[name] = []
    rows = subject.rows().filter(**{f"{subject.path}__in": list(found)})
    for pk, values in _values(rows, subject.path, [*fields, _WHICH]):
        found[pk][name].append(values)


def _values(rows: Any, key: str, fields: Sequence[Field]) -> Iterable[tuple[int, dict[str, Any]]]:
    columns = {f"_fact{i}": _column(field) for i, field in enumerate(fields)}
    for pk, *values in rows.annotate(**columns).values_list(key, *columns):
        yield pk, {field.name: _value(field, value) for field, value in zip(fields, values, strict=True)}


def _column(field: Field) -> Any:
    """The column where the guard holds, else nothing; without a column, whether the guard holds."""
    guard = Q() if field.guard is None else field.guard
    if field.column is None:
        return Case(When(guard, then=Value(True)), default=Value(False), output_field=BooleanField())
    column: Any = F(field.column) if isinstance(field.column, str) else field.column
    if not guard:
        return column
    if field.type is Type.MANY:
        return Case(When(guard, then=column), output_field=column.output_field)
    return Case(When(guard, then=ExpressionWrapper(column, output_field=Column())), output_field=Column())


def _value(field: Field, value: Any) -> Any:
    if field.type is Type.MANY:
        return [] if value is None else value
    return value
