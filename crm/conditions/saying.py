"""A condition in words, as one would tell a colleague: "is a lead from India, opened by a person in the last 7 days, and
has no open follow-up"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crm.conditions.fields import Type
from crm.conditions.operators import DAYS, NOT, OPERATORS
from crm.conditions.tree import Condition, Node, Some, Test

#: What an operator is called, in the builder and in sentences; times have words of their own.
OPERATOR_WORDS = {
    "equals": "is",
    "not_equals": "is not",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts": "starts with",
    "ends": "ends with",
    "in": "is one of",
    "not_in": "is none of",
    "greater": "is more than",
    "less": "is less than",
    "between": "is between",
    "before": "is before",
    "after": "is after",
    "within_last": "is within the last days",
    "longer_ago": "is longer ago than days",
    "within_next": "is within the next days",
    "further_off": "is further off than days",
    "set": "is known",
    "not_set": "is not known",
    "is": "is",
    "has_any": "has any of",
    "has_all": "has all of",
    "has_none": "has none of",
}
assert set(OPERATOR_WORDS) == {op for ops in OPERATORS.values() for op in ops}

COUNT_WORDS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly", "none": "no"}


def in_words(condition: Condition) -> str:
    """The whole condition as one phrase that follows "a contact who"."""
    return _node(condition.root, top=True)


def _node(node: Node, *, top: bool = False) -> str:
    if isinstance(node, Test):
        return _test(node)
    if isinstance(node, Some):
        return _some(node)
    if len(node.nodes) == 1 and node.kind != "none":
        return _node(node.nodes[0], top=top)
    parts = [_node(one) for one in node.nodes]
    if node.kind == "none":
        return "is none of these: " + _listed(parts, "or") if len(parts) > 1 else f"not so: {parts[0]}"
    words = _listed(parts, "and" if node.kind == "all" else "or")
    return words if top else f"({words})"


def _listed(parts: Sequence[str], last: str) -> str:
    """ "a", "a and b", "a, b, and c"."""
    if len(parts) < 3:
        return f" {last} ".join(parts)
    return ", ".join(parts[:-1]) + f", {last} {parts[-1]}"


# Tests of the contact: a phrase with its own verb.


def _test(test: Test) -> str:
    says, label = test.field.says, _inside(test.field.label)
    if test.field.type is Type.YES_NO:
        if "is" in says:
            return says["is"] if test.value else says["is_not"]
        return f"has “{test.field.label}” {'' if test.value else 'not '}ticked"
    if said := _said(test):
        return said
    if test.field.type is Type.MANY:
        return _MANY[test.op].format(label=label, value=_value(test))
    if test.field.type in (Type.DATE, Type.MOMENT) and test.op not in ("set", "not_set"):
        return f"has {'no' if test.op in NOT else _a(label)} {label} {_time(test)}"
    return _HAS[test.op].format(label=label, a=_a(label), value=_value(test))


#: How a contact has a value, where the field has no words of its own.
_HAS = {
    "equals": "has the {label} {value}",
    "not_equals": "does not have the {label} {value}",
    "in": "has the {label} {value}",
    "not_in": "does not have the {label} {value}",
    "contains": "has {a} {label} with {value} in it",
    "not_contains": "has no {label} with {value} in it",
    "starts": "has {a} {label} that starts with {value}",
    "ends": "has {a} {label} that ends with {value}",
    "greater": "has {a} {label} over {value}",
    "less": "has {a} {label} under {value}",
    "between": "has {a} {label} between {value}",
    "set": "has {a} {label}",
    "not_set": "has no {label}",
}
_MANY = {
    "has_any": "has {value} among their {label}",
    "has_all": "has {value} among their {label}",
    "has_none": "has no {value} among their {label}",
    "set": "has {label}",
    "not_set": "has no {label}",
}


def _said(test: Test) -> str:
    """The field's own words for it, if it has any."""
    says = test.field.says
    if test.op in says:
        return says[test.op].format(value=_value(test))
    if "_" in says and test.op not in NOT and test.op != "set":
        return says["_"].format(value=_time(test))
    return ""


def _a(word: str) -> str:
    return "an" if word[:1].lower() in ("a", "e", "i", "o", "u") else "a"


def _inside(label: str) -> str:
    """A label inside a sentence: “Passport expiry” loses its capital, “IELTS score” keeps it."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _compared(test: Test, value: str) -> str:
    if test.field.type in (Type.DATE, Type.MOMENT) and test.op not in ("set", "not_set"):
        return f"is {'not ' if test.op in NOT else ''}{_time(test)}"
    return f"{OPERATOR_WORDS[test.op]} {value}".strip()


def _value(test: Test) -> str:
    """The value with names in place of numbers."""
    joiner = "and" if test.op in ("has_all", "between") else "or"
    if test.value is None:
        return ""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    if test.words:
        return _some_of([_small(test, *pair) for pair in zip(values, test.words, strict=True)], joiner)
    return _some_of([_one(value, test) for value in values], joiner)


def _some_of(words: Sequence[str], joiner: str) -> str:
    if len(words) > 6:
        return f"{', '.join(words[:5])} {joiner} {len(words) - 5} others"
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}" if len(words) > 1 else words[0]


def _small(test: Test, value: Any, word: str) -> str:
    """Names of records keep their capitals; an adjective of ours stands inside a sentence."""
    if value in test.field.phrases:
        return test.field.phrases[value]
    return word[:1].lower() + word[1:] if test.field.adjective and test.field.source is None else word


def _one(value: Any, test: Test) -> str:
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    return f"“{value}”" if test.field.type is Type.TEXT else str(value)


def _time(test: Test) -> str:
    """ "in the last 7 days", "before 1 March 2026"."""
    if test.op in DAYS:
        return _days(test.op, test.value)
    words = {"equals": "on", "not_equals": "on"}.get(test.op, test.op)
    return f"{words} {_value(test)}"


def _days(op: str, days: int) -> str:
    if days == 0:
        return {
            "within_last": "today",
            "within_next": "today",
            "longer_ago": "before today",
            "further_off": "after today",
        }[op]
    number = "day" if days == 1 else f"{days} days"
    return {
        "within_last": f"in the last {number}",
        "within_next": f"in the next {number}",
        "longer_ago": f"more than {days} {'day' if days == 1 else 'days'} ago",
        "further_off": f"in more than {days} {'day' if days == 1 else 'days'}",
    }[op]


# Records: "has 2 open deals whose amount is more than 1,000".


def _some(some: Some) -> str:
    adjectives = [one for one in some.where if one.field.adjective and _adjective(one)]
    rest = [one for one in some.where if one not in adjectives]
    many = not (some.op == "none" or some.number == 1)
    noun = " ".join([*map(_adjective, adjectives), some.subject.some if many else some.subject.one])
    phrases = [_of_record(one) for one in rest]
    if some.within_days is not None:
        verb = some.subject.at_words or "added"
        phrases.append(f"{verb} {_days('within_last', some.within_days)}")
    return " ".join([f"has {_number(some, noun)} {noun}", _listed(phrases, "and")]).strip()


def _number(some: Some, noun: str) -> str:
    if some.op == "none":
        return "no"
    if some.op == "at_least" and some.number == 1:
        return _a(noun)
    return f"{COUNT_WORDS[some.op]} {some.number}"


def _adjective(test: Test) -> str:
    """The word before the noun, where the test has one: "open", "won or lost"."""
    if test.field.type is Type.YES_NO:
        return test.field.label if test.value else f"not {test.field.label}"
    return _value(test) if test.op in ("equals", "in") else ""


def _of_record(test: Test) -> str:
    says = test.field.says
    if test.field.type is Type.YES_NO:
        if "is" in says:
            return says["is"] if test.value else says["is_not"]
        return f"that {'is' if test.value else 'is not'} {test.field.label}"
    if said := _said(test):
        return said
    return f"whose {test.field.label} {_compared(test, _value(test))}"
