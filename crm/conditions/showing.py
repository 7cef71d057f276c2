"""What the builder's component draws: the choices of each select, and which input fits a test's value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from crm.conditions.binding import Names
from crm.conditions.drafts import SOME, Draft
from crm.conditions.fields import Field, Type
from crm.conditions.operators import DAYS, LISTS, OPERATORS, WITHOUT_VALUE
from crm.conditions.saying import COUNT_WORDS, OPERATOR_WORDS
from crm.conditions.subjects import Registry

Option = tuple[str, str]
#: More choices than this in one list help nobody; those that are chosen are always among them.
MOST_OPTIONS = 500

_TIME_WORDS = {
    "equals": "is on",
    "not_equals": "is not on",
    "before": "is before",
    "after": "is after",
    "between": "is between",
    "within_last": "is in the last",
    "longer_ago": "is more than",
    "within_next": "is in the next",
    "further_off": "is further off than",
}
_MANY_WORDS = {"set": "has any at all", "not_set": "has none at all"}
_AFTER = {"within_last": "days", "longer_ago": "days ago", "within_next": "days", "further_off": "days"}
GROUP_WORDS = [("all", "All of these hold"), ("any", "At least one of these holds"), ("none", "None of these holds")]


class Showing:
    """Draws from the registry; names of records are loaded once for the whole builder."""

    def __init__(self, known: Registry) -> None:
        """Offer what this registry holds."""
        self.known = known
        self.names = Names()
        self.groups = GROUP_WORDS
        self.counts = [(op, words) for op, words in COUNT_WORDS.items()]

    def asked(self, draft: Draft) -> list[tuple[str, list[Option]]]:
        """What a test may ask, in groups: fields and records; under a record, its own fields."""
        if draft.subject is not None and draft.kind != SOME:
            own = [(f"field:{one.name}", _title(one.label)) for one in draft.subject.fields.values()]
            return [("", own)]
        groups: dict[str, list[Option]] = defaultdict(list)
        for one in self.known.fields():
            groups[one.group].append((f"field:{one.name}", _title(one.label)))
        groups["Their records"] = [(f"some:{one.name}", _title(one.some)) for one in self.known.subjects.values()]
        return list(groups.items())

    def operators(self, field: Field) -> list[Option]:
        words = dict(OPERATOR_WORDS)
        if field.type in (Type.DATE, Type.MOMENT):
            words |= _TIME_WORDS
        if field.type is Type.MANY:
            words |= _MANY_WORDS
        return [(op, words[op]) for op in OPERATORS[field.type]]

    def input(self, field: Field, op: str) -> str:
        """Which input takes the value: nothing, days, day, number, text, list, choice, choices, yes_no."""
        if op in WITHOUT_VALUE:
            return "nothing"
        if op in DAYS:
            return "days"
        if field.type in (Type.DATE, Type.MOMENT):
            return "day"
        if field.type is Type.YES_NO:
            return "yes_no"
        if field.source is not None or field.options is not None:
            return "choices" if op in LISTS else "choice"
        if op in LISTS:
            return "list"
        return "number" if field.type in (Type.NUMBER, Type.MONEY) else "text"

    def after(self, op: str) -> str:
        """The words behind the input."""
        return _AFTER.get(op, "")

    def values(self, field: Field, chosen: Sequence[str]) -> list[Option]:
        """What there is to choose from, the chosen ones first; one that is gone is shown as such."""
        options = {str(value): label for value, label in (self.names.of(field) or {}).items()}
        first = [(one, options.get(one, "Not there any more")) for one in dict.fromkeys(chosen)]
        rest = [(value, label) for value, label in options.items() if value not in chosen]
        return (first + rest)[:MOST_OPTIONS]

    def in_order(self, field: Field, chosen: Sequence[str]) -> list[Option]:
        """The same in the order of the list, for a select."""
        options = {str(value): label for value, label in (self.names.of(field) or {}).items()}
        gone = [(one, "Not there any more") for one in chosen if one not in options]
        return gone + list(options.items())[:MOST_OPTIONS]


def _title(label: str) -> str:
    return label[:1].upper() + label[1:]
