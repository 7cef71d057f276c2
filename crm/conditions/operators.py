"""Operators: which fit which type of field, the values they take, and what a test comes to.

Pure. Every test is one positive question with at most one "not" before it, so an empty value is "not equal", "does not
contain" and "none of", and there is no third truth value (docs/decisions/0010). Days are calendar days of the
organisation's zone; "within the last 7 days" is not more than seven days ago, and not later than now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from crm.conditions.fields import Field, Options, Type

MOST_VALUES = 200
LONGEST_TEXT = 200
MOST_DAYS = 3650
_LARGEST = Decimal(10) ** 15

_EQUAL = ("equals", "not_equals", "in", "not_in")
_ORDER = ("greater", "less", "between")
_TIME = (
    "equals",
    "not_equals",
    "before",
    "after",
    "between",
    "within_last",
    "longer_ago",
    "within_next",
    "further_off",
)
_SET = ("set", "not_set")

OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: ("equals", "not_equals", "contains", "not_contains", "starts", "ends", "in", "not_in", *_SET),
    Type.NUMBER: (*_EQUAL, *_ORDER, *_SET),
    Type.MONEY: (*_EQUAL, *_ORDER, *_SET),
    Type.DATE: (*_TIME, *_SET),
    Type.MOMENT: (*_TIME, *_SET),
    Type.CHOICE: (*_EQUAL, *_SET),
    Type.MANY: ("has_any", "has_all", "has_none", *_SET),
    Type.YES_NO: ("is",),
}
ALL = tuple(dict.fromkeys(op for ops in OPERATORS.values() for op in ops))

#: A negative operator and the positive one that it denies.
NOT = {
    "not_equals": "equals",
    "not_contains": "contains",
    "not_in": "in",
    "not_set": "set",
    "has_none": "has_any",
}
LISTS = frozenset({"in", "not_in", "has_any", "has_all", "has_none"})
DAYS = frozenset({"within_last", "longer_ago", "within_next", "further_off"})
WITHOUT_VALUE = frozenset({"set", "not_set"})


class BadValue(ValueError):
    """A value that does not fit; the text is a sentence."""


# What a test comes to: one of these shapes, and whether it is denied.


@dataclass(frozen=True, slots=True)
class OneOf:
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """`how` is contains, starts or ends."""

    how: str
    text: str


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, either of which may be missing; a closed end belongs to it."""

    low: Any = None
    high: Any = None
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value."""


@dataclass(frozen=True, slots=True)
class Holds:
    """The field's guard holds: a yes without a clock."""


Shape = OneOf | AllOf | Like | Range | Present | Holds


def is_negative(op: str, value: Any) -> bool:
    return op in NOT or (op == "is" and value is False)


def shape_of(field: Field, op: str, value: Any, now: datetime, zone: str) -> Shape:
    """The positive question of a checked test. Times come out as UTC moments, or as days for a column of days."""
    positive = NOT.get(op, op)
    if positive == "set":
        return Present()
    if positive == "is":
        return _clock(field, now, zone) if field.needs_clock else Holds()
    if field.type in (Type.DATE, Type.MOMENT):
        return _time(field, positive, value, now, zone)
    if positive == "equals":
        return OneOf((field.stored(value),))
    if positive in ("in", "has_any"):
        return OneOf(tuple(map(field.stored, value)))
    if positive == "has_all":
        return AllOf(tuple(map(field.stored, value)))
    if positive in ("contains", "starts", "ends"):
        return Like(positive, value)
    if positive == "between":
        return Range(field.stored(value[0]), field.stored(value[1]))
    if positive == "greater":
        return Range(low=field.stored(value), low_closed=False)
    return Range(high=field.stored(value), high_closed=False)


def day_starts(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def within(days: int, field: Field, now: datetime, zone: str) -> Range:
    """Not more than so many days ago, and not in the future."""
    shape = _time(field, "within_last", days, now, zone)
    assert isinstance(shape, Range)
    return shape


def _clock(field: Field, now: datetime, zone: str) -> Range:
    """Yes from the moment on, or once the day is over."""
    if field.day_column:
        return Range(high=field.stored(now.astimezone(ZoneInfo(zone)).date()), high_closed=False)
    return Range(high=now)


def _time(field: Field, op: str, value: Any, now: datetime, zone: str) -> Shape:
    today = now.astimezone(ZoneInfo(zone)).date()
    days = timedelta(days=value) if op in DAYS else timedelta()
    #: The first and the last day that count, and whether now is the limit on either side.
    spans: dict[str, Callable[[], tuple[date | None, date | None, str]]] = {
        "equals": lambda: (value, value, ""),
        "before": lambda: (None, value - timedelta(days=1), ""),
        "after": lambda: (value + timedelta(days=1), None, ""),
        "between": lambda: (value[0], value[1], ""),
        "within_last": lambda: (today - days, today, "last"),
        "longer_ago": lambda: (None, today - days - timedelta(days=1), ""),
        "within_next": lambda: (today, today + days, "first"),
        "further_off": lambda: (today + days + timedelta(days=1), None, ""),
    }
    first, last, at_now = spans[op]()
    if field.type is Type.DATE:
        return Range(first and field.stored(first), last and field.stored(last))
    low = now if at_now == "first" else first and day_starts(first, zone)
    if at_now == "last":
        return Range(low, now)
    return Range(low, last and day_starts(last + timedelta(days=1), zone), high_closed=False)


# Values, as they come from JSON.


def clean_value(field: Field, op: str, value: Any, options: Options | None) -> Any:
    """The value as tests use it: text in lower case, decimals, days, ids. Raises BadValue."""
    if op in WITHOUT_VALUE:
        if value is not None:
            raise BadValue("This test takes no value.")
        return None
    if value is None:
        raise BadValue("Say with what it is compared." if op != "is" else "Say yes or no.")
    if op in DAYS:
        return _days(value)
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise BadValue("Give two values: the least and the most.")
        low, high = (_single(field, one, options) for one in value)
        if low > high:
            raise BadValue("The first value is greater than the second.")
        return (low, high)
    if op in LISTS:
        if not isinstance(value, list) or not value:
            raise BadValue("Give at least one value, in a list.")
        if len(value) > MOST_VALUES:
            raise BadValue(f"These are {len(value)} values; at most {MOST_VALUES} fit.")
        return tuple(dict.fromkeys(_single(field, one, options) for one in value))
    return _single(field, value, options)


def _single(field: Field, value: Any, options: Options | None) -> Any:
    if field.type is Type.TEXT:
        return folded(_text(value))
    if field.type in (Type.NUMBER, Type.MONEY):
        return _number(value)
    if field.type in (Type.DATE, Type.MOMENT):
        return _day(value)
    if field.type is Type.YES_NO:
        if not isinstance(value, bool):
            raise BadValue("Say true or false.")
        return value
    return _choice(field, value, options)


def folded(text: str) -> str:
    """In lower case letter by letter, as the database does it: one letter stays one letter."""
    return "".join(letter.lower()[0] for letter in text)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadValue("Give a text of at least one letter.")
    if len(value) > LONGEST_TEXT:
        raise BadValue(f"This text has {len(value)} characters; at most {LONGEST_TEXT} fit.")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadValue("The text holds a character that cannot be stored.")
    return value


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValue("Give a number.")
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # ValueError: thousands of digits
        raise BadValue("This number is too large.") from None
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise BadValue("This number is too large.")
    return number


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        raise BadValue(f"Give a number of days from 0 to {MOST_DAYS}.")
    return value


def _day(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1000 <= day.year <= 9000:
        raise BadValue("Give a day like 2026-11-20.")
    return day


def _choice(field: Field, value: Any, options: Options | None) -> Any:
    if isinstance(value, (dict, list, float, bool)):
        raise BadValue("This is not one of the values to choose from.")
    if options is None:
        return _text(value)
    if value in options:
        return value
    said = "that number" if isinstance(value, int) and abs(value) >= 10**18 else str(value)[:60]
    if field.source:
        raise BadValue(f"There is no {field.source.noun} “{said}” (any more).")
    raise BadValue(f"“{said}” is none of: {_some([str(one) for one in options])}.")


def _some(values: Sequence[str]) -> str:
    return ", ".join(values[:12]) + (", ..." if len(values) > 12 else "")
