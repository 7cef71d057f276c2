"""Whose answer may change merely because time passes: found by narrow windows, so that nobody asks everybody every hour.

A test of time is a range whose ends move forward. Between two moments an answer flips only for values that an end has
passed: those between where the end stood and where it stands. Each window is half-open and rides the column's index.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from crm.conditions.compiling import contacts_with, shape_q, test_q
from crm.conditions.fields import Field
from crm.conditions.operators import Range, Shape, shape_of, within
from crm.conditions.tree import Condition, Some, Test, leaves


def crossing(condition: Condition, since: datetime, until: datetime, zone: str) -> Q | None:
    """Contacts whose answer at `until` may differ from that at `since`, nothing else having changed; None if time plays
    no part. It may name some whose answer is the same, never leave out one whose answer differs."""
    found: Q | None = None
    for leaf in leaves(condition.root):
        one = _test(leaf, since, until, zone) if isinstance(leaf, Test) else _some(leaf, since, until, zone)
        if one is not None:
            found = one if found is None else found | one
    return found


def _test(test: Test, since: datetime, until: datetime, zone: str) -> Q | None:
    before, after = (shape_of(test.field, test.op, test.value, at, zone) for at in (since, until))
    return _windows(test.field, before, after)


def _some(some: Some, since: datetime, until: datetime, zone: str) -> Q | None:
    """Contacts with a record whose own answer may flip; a record that fails a test without time never counts."""
    moving: Q | None = None
    steady: list[Q] = []
    for test in some.where:
        one = _test(test, since, until, zone)
        if one is not None:
            moving = one if moving is None else moving | one
        elif not _has_clock(test):
            steady.append(test_q(test, until, zone))
    if some.within_days is not None:
        clock = some.subject.clock
        one = _windows(clock, *(within(some.within_days, clock, at, zone) for at in (since, until)))
        if one is not None:
            moving = one if moving is None else moving | one
    if moving is None:
        return None
    return Q(pk__in=contacts_with(some, moving, *steady).distinct())


def _has_clock(test: Test) -> bool:
    from crm.conditions.operators import DAYS

    return test.field.needs_clock or test.op in DAYS


def _windows(field: Field, before: Shape, after: Shape) -> Q | None:
    """The values that an end of the range passed on its way; None if neither end moved."""
    if not (isinstance(before, Range) and isinstance(after, Range)):
        return None
    windows: list[Range] = []
    if before.low != after.low:  # what it leaves behind
        windows.append(Range(before.low, after.low, before.low_closed, not before.low_closed))
    if before.high != after.high:  # what it reaches
        windows.append(Range(before.high, after.high, not before.high_closed, before.high_closed))
    found: Q | None = None
    for window in windows:
        one = shape_q(field, window)
        found = one if found is None else found | one
    return found
