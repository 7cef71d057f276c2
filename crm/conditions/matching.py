"""Whether one contact fits a condition, from plain facts. Knows no database and no clock.

The facts of a contact are a mapping of field names to values, as crm/conditions/facts.py loads them: text in lower case
as the database makes it, moments with their zone, None for what is empty, a set for several values; and under
"some:deals" the list of its deals, each such a mapping, with its time under "at".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crm.conditions.fields import Field, Type
from crm.conditions.operators import AllOf, Holds, Like, OneOf, Present, Range, Shape, is_negative, shape_of, within
from crm.conditions.tree import Condition, Node, Some, Test

Facts = Mapping[str, Any]


def matches(condition: Condition, facts: Facts, *, now: datetime, zone: str) -> bool:
    """The same answer as the condition's Q gives for that contact; a property test holds them equal."""
    return _node(condition.root, facts, now, zone)


def _node(node: Node, facts: Facts, now: datetime, zone: str) -> bool:
    if isinstance(node, Test):
        return _test(node, facts, now, zone)
    if isinstance(node, Some):
        return _some(node, facts[f"some:{node.subject.name}"], now, zone)
    if node.kind == "all":
        return all(_node(one, facts, now, zone) for one in node.nodes)
    return any(_node(one, facts, now, zone) for one in node.nodes) is (node.kind == "any")


def _some(some: Some, records: Sequence[Facts], now: datetime, zone: str) -> bool:
    found = sum(_counts(some, record, now, zone) for record in records)
    if some.op == "at_least":
        return found >= some.number
    if some.op == "at_most":
        return found <= some.number
    return found == (0 if some.op == "none" else some.number)


def _counts(some: Some, record: Facts, now: datetime, zone: str) -> bool:
    if some.within_days is not None:
        clock = some.subject.clock
        if not fits(clock, within(some.within_days, clock, now, zone), record["at"]):
            return False
    return all(_test(test, record, now, zone) for test in some.where)


def _test(test: Test, facts: Facts, now: datetime, zone: str) -> bool:
    shape = shape_of(test.field, test.op, test.value, now, zone)
    return fits(test.field, shape, facts[test.field.name]) is not is_negative(test.op, test.value)


def fits(field: Field, shape: Shape, value: Any) -> bool:
    """Whether the value has the shape; nothing has none."""
    if isinstance(shape, Holds):
        return bool(value)
    if field.type is Type.MANY:
        return _many(shape, value)
    if value is None:
        return False
    if isinstance(shape, Present):
        return bool(value != "")
    if isinstance(shape, OneOf):
        return value in shape.values
    if isinstance(shape, Like):
        text: str = value
        if shape.how == "contains":
            return shape.text in text
        return text.startswith(shape.text) if shape.how == "starts" else text.endswith(shape.text)
    assert isinstance(shape, Range)
    return _from(shape, value) and _until(shape, value)


def _from(shape: Range, value: Any) -> bool:
    return shape.low is None or value > shape.low or (shape.low_closed and value == shape.low)


def _until(shape: Range, value: Any) -> bool:
    return shape.high is None or value < shape.high or (shape.high_closed and value == shape.high)


def _many(shape: Shape, values: Any) -> bool:
    if isinstance(shape, Present):
        return bool(values)
    if isinstance(shape, AllOf):
        return all(one in values for one in shape.values)
    assert isinstance(shape, OneOf)
    return any(one in values for one in shape.values)
