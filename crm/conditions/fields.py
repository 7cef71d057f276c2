"""What a condition may ask about: fields, the records that belong to a contact, and where each is found.

Knows nothing of Django: a column is a path or an expression that only crm/conditions/compiling.py and facts.py read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: What a field may be compared with: the stored value and its words, and other names for the same value (a tag's slug).
Options = Mapping[Any, str]


class Type(StrEnum):
    """What kind of value a field holds; its operators are in crm/conditions/operators.py."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"  # a calendar day
    MOMENT = "moment"
    CHOICE = "choice"
    MANY = "many"  # several of a list: tags, audiences
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Source:
    """The records that a field's values name: colleagues, stages, tags. `noun` is what a missing one is called.

    `load` returns their names by id; `aliases` other names that a sender may use, by what they stand for.
    """

    name: str
    noun: str
    load: Callable[[], Options]
    aliases: Callable[[], Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """Where the values of a field with several lie: rows of `rows()` that lead to the record by `path`."""

    rows: Callable[[], Any]
    path: str
    column: str


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked.

    `column` is a path or an expression; `guard` a condition without which the field counts as empty. Text is in lower
    case, as the database makes it. A yes-or-no field without a column is its guard; with one it is yes from that moment
    on ("overdue"), or once that day is over. A field of several values has `many`, or a column that is a JSON list.
    `stored` turns a value into what the column holds. `says` are words by operator: "is from {value}";
    `phrases` what a value is called inside a sentence, where its label would not do.
    `adjective` words stand before the record's noun: "an open deal".
    """

    name: str
    label: str
    type: Type
    column: Any = None
    guard: Any = None
    many: Many | None = None
    options: Options | None = None
    source: Source | None = None
    stored: Callable[[Any], Any] = _as_it_is
    day_column: bool = False
    says: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[Any, str] = field(default_factory=dict)
    adjective: bool = False
    group: str = ""

    @property
    def needs_clock(self) -> bool:
        """Whether it turns to yes by itself."""
        return self.type is Type.YES_NO and self.column is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """Records of a contact: `rows()` are those that count, which lead to it by `path`; `at` is when each came to be,
    a moment or (`at_day`) a calendar day. `verb` is how a contact has them, `some` is what they are called."""

    name: str
    one: str
    some: str
    rows: Callable[[], Any]
    path: str
    at: Any
    fields: Mapping[str, Field]
    at_day: bool = False
    at_words: str = ""

    @property
    def clock(self) -> Field:
        """The time of the record as a field of its own."""
        return Field("at", self.at_words or "when", Type.DATE if self.at_day else Type.MOMENT, self.at)


def named(*fields: Field) -> dict[str, Field]:
    return {one.name: one for one in fields}
