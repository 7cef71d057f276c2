"""A condition as a Q over contacts. Every test compiles to what is true or false, never NULL, so that its denial is
exact (docs/decisions/0010)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models import Field as Column
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Coalesce
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)

from crm.conditions.fields import Field, Type
from crm.conditions.operators import AllOf, Holds, Like, OneOf, Present, Range, Shape, is_negative, shape_of, within
from crm.conditions.tree import Condition, Node, Some, Test

_LIKE = {"contains": Contains, "starts": StartsWith, "ends": EndsWith}
_COUNTS = {"at_least": GreaterThanOrEqual, "at_most": LessThanOrEqual, "exactly": Exact}
#: Holds any value as it is: a decimal compared with a whole number stays a decimal.
_ANY = Column()


def as_q(condition: Condition, *, now: datetime, zone: str, few: bool = False) -> Q:
    """The contacts that fit. `zone` is the organisation's, whose calendar days count.

    `few`: it will be asked of a small part of all contacts. Where records are counted, they are then counted for each of
    these; else once for everybody.
    """
    return _node(condition.root, now, zone, few)


def _node(node: Node, now: datetime, zone: str, few: bool) -> Q:
    if isinstance(node, Test):
        return test_q(node, now, zone)
    if isinstance(node, Some):
        return _some(node, now, zone, few)
    result = _node(node.nodes[0], now, zone, few)
    for one in node.nodes[1:]:
        other = _node(one, now, zone, few)
        result = result & other if node.kind == "all" else result | other
    return ~result if node.kind == "none" else result


def test_q(test: Test, now: datetime, zone: str) -> Q:
    """One test, on whatever table its field is of."""
    positive = shape_q(test.field, shape_of(test.field, test.op, test.value, now, zone))
    return ~positive if is_negative(test.op, test.value) else positive


def _some(some: Some, now: datetime, zone: str, few: bool) -> Q:
    tests = [test_q(test, now, zone) for test in some.where]
    if some.within_days is not None:
        clock = some.subject.clock
        tests.append(shape_q(clock, within(some.within_days, clock, now, zone)))
    if some.op == "none" or (some.op == "at_least" and some.number == 1):
        found = Q(Exists(records_of(some).filter(*tests)))
        return ~found if some.op == "none" else found
    return _counted_each(some, tests) if few else _counted_once(some, tests)


def records_of(some: Some) -> Any:
    """The records of that kind that count, of the contact that is looked at."""
    return some.subject.rows().filter(**{some.subject.path: OuterRef("pk")})


def contacts_with(some: Some, *tests: Q) -> Any:
    """The contacts that have such records, worked out once and not for each contact."""
    known = {f"{some.subject.path}__isnull": False}
    return some.subject.rows().filter(*tests, **known).order_by().values(some.subject.path)


def _counted_each(some: Some, tests: list[Q]) -> Q:
    rows = records_of(some).filter(*tests).order_by()
    per_contact = rows.values(some.subject.path).annotate(_records=Count("pk")).values("_records")
    number = Coalesce(Subquery(per_contact, output_field=IntegerField()), 0)
    return Q(_COUNTS[some.op](number, some.number))


def _counted_once(some: Some, tests: list[Q]) -> Q:
    """Those with so many; where none is enough, everybody but those with too many."""
    counted = contacts_with(some, *tests).annotate(_records=Count("pk"))
    if some.op == "at_most" or some.number == 0:
        return ~Q(pk__in=counted.filter(_records__gt=some.number).values(some.subject.path))
    wanted = {"_records": some.number} if some.op == "exactly" else {"_records__gte": some.number}
    return Q(pk__in=counted.filter(**wanted).values(some.subject.path))


def shape_q(field: Field, shape: Shape) -> Q:
    """The shape as a condition that is never NULL."""
    guard = Q() if field.guard is None else field.guard
    if isinstance(shape, Holds):
        return Q(guard)
    if field.type is Type.MANY:
        return _many(field, shape, guard)
    column = _column(field)
    if isinstance(shape, Present):
        return guard & _present(field, column)
    if isinstance(shape, OneOf):
        found = Q(In(column, list(shape.values)))
    elif isinstance(shape, Like):
        found = Q(_LIKE[shape.how](column, shape.text))
    else:
        assert isinstance(shape, Range)
        found = _range(column, shape)
    return guard & Q(IsNull(column, False)) & found


def _column(field: Field) -> Any:
    if field.type is Type.TEXT:
        return field.column if not isinstance(field.column, str) else _wrapped(field.column)
    return _wrapped(field.column)


def _wrapped(column: Any) -> Any:
    return ExpressionWrapper(F(column) if isinstance(column, str) else column, output_field=_ANY)


def _present(field: Field, column: Any) -> Q:
    present = Q(IsNull(column, False))
    if field.type is Type.TEXT or (field.type is Type.CHOICE and field.source is None):
        present &= ~Q(Exact(column, Value("")))
    return present


def _range(column: Any, shape: Range) -> Q:
    found = Q()
    if shape.low is not None:
        found &= Q((GreaterThanOrEqual if shape.low_closed else GreaterThan)(column, shape.low))
    if shape.high is not None:
        found &= Q((LessThanOrEqual if shape.high_closed else LessThan)(column, shape.high))
    return found


def _many(field: Field, shape: Shape, guard: Q) -> Q:
    if isinstance(shape, AllOf):
        result = Q()
        for value in shape.values:
            result &= _many(field, OneOf((value,)), guard)
        return result
    if field.many is None:
        return _json_list(field, shape, guard)
    rows = field.many.rows().filter(**{field.many.path: OuterRef("pk")})
    if isinstance(shape, OneOf):
        rows = rows.filter(**{f"{field.many.column}__in": shape.values})
    return Q(Exists(rows))


def _json_list(field: Field, shape: Shape, guard: Q) -> Q:
    """A field whose several values lie in a JSON list of the contact."""
    from django.db.models.fields.json import DataContains

    if isinstance(shape, Present):
        return guard & Q(IsNull(field.column, False)) & ~Q(Exact(field.column, Value([], field.column.output_field)))
    assert isinstance(shape, OneOf)
    found = Q()
    for value in shape.values:
        found |= Q(DataContains(field.column, [value]))
    return guard & Q(IsNull(field.column, False)) & found
