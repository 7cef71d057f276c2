"""From a condition's shape to its meaning now: every field, operator and value checked against what there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.conditions.fields import Field, Options, Source
from crm.conditions.language import AllOf, AnyOf, BadCondition, FieldTest, NoneOf, Problem, SomeTest
from crm.conditions.operators import OPERATORS, BadValue, clean_value
from crm.conditions.subjects import Registry, registry
from crm.conditions.tree import Condition, Group, Node, Some, Test


def bind(shape: AllOf | AnyOf | NoneOf | SomeTest | FieldTest) -> Condition:
    """Raises BadCondition with all that is wrong, each with its path."""
    binder = Binder(registry())
    root, data = binder.node(shape, "")
    if binder.problems:
        raise BadCondition(binder.problems)
    assert root is not None
    return Condition(root, data)


class Names:
    """The names of records that values may stand for; each kind is loaded once, when first asked for."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._loaded: dict[str, Options] = {}
        self._aliases: dict[str, Mapping[str, int]] = {}

    def of(self, field: Field) -> Options | None:
        """What the field's values may be; None where anything may."""
        if field.source is None:
            return field.options
        return self.loaded(field.source)

    def loaded(self, source: Source) -> Options:
        if source.name not in self._loaded:
            self._loaded[source.name] = source.load()
        return self._loaded[source.name]

    def plain(self, field: Field, value: Any) -> Any:
        """The value with ids for other names: a tag's slug becomes its number."""
        source = field.source
        if source is None or source.aliases is None:
            return value
        if source.name not in self._aliases:
            self._aliases[source.name] = source.aliases()
        known = self._aliases[source.name]
        if isinstance(value, list):
            return [known.get(one, one) if isinstance(one, str) else one for one in value]
        return known.get(value, value) if isinstance(value, str) else value


class Binder:
    """Walks a shape once, gathering what is wrong."""

    def __init__(self, known: Registry) -> None:
        """Bind against these fields and records."""
        self.known = known
        self.names = Names()
        self.problems: list[Problem] = []

    def node(self, shape: Any, path: str) -> tuple[Node | None, dict[str, Any]]:
        if isinstance(shape, FieldTest):
            return self.test(shape, path, self.known.field(shape.field), "")
        if isinstance(shape, SomeTest):
            return self.some(shape, path)
        kind = "all" if isinstance(shape, AllOf) else "any" if isinstance(shape, AnyOf) else "none"
        pairs = [self.node(one, _below(path, kind, i)) for i, one in enumerate(getattr(shape, kind))]
        nodes = tuple(node for node, _ in pairs if node is not None)
        return Group(kind, nodes), {kind: [data for _, data in pairs]}

    def some(self, shape: SomeTest, path: str) -> tuple[Node | None, dict[str, Any]]:
        subject = self.known.subjects.get(shape.some)
        if subject is None:
            known = ", ".join(self.known.subjects)
            self.say(path, "some", f"There are no records called “{shape.some[:40]}”. There are: {known}.")
            return None, {}
        pairs = [
            self.test(one, _below(path, "where", i), subject.fields.get(one.field), subject.some)
            for i, one in enumerate(shape.where)
        ]
        number = 1 if shape.count.op == "none" else shape.count.number
        if shape.count.op == "at_least" and number == 0:
            self.say(path, "count.number", "At least none is always true; ask for at least one.")
        tests = tuple(test for test, _ in pairs if test is not None)
        data: dict[str, Any] = {"some": shape.some, "where": [one for _, one in pairs]}
        data["count"] = {"op": shape.count.op} | ({} if shape.count.op == "none" else {"number": number})
        if shape.within_days is not None:
            data["within_days"] = shape.within_days
        return Some(subject, tests, shape.count.op, number, shape.within_days), data

    def test(self, shape: FieldTest, path: str, field: Field | None, of: str) -> tuple[Test | None, dict[str, Any]]:
        if field is None:
            self.say(path, "field", self.known.missing(shape.field, of))
            return None, {}
        if shape.op not in OPERATORS[field.type]:
            fitting = ", ".join(OPERATORS[field.type])
            self.say(path, "op", f"“{shape.op}” does not fit {field.label}. It takes: {fitting}.")
            return None, {}
        given = self.names.plain(field, shape.value)
        options = self.names.of(field)
        try:
            value = clean_value(field, shape.op, given, options)
        except BadValue as problem:
            self.say(path, "value", str(problem))
            return None, {}
        data = {"field": shape.field, "op": shape.op} | ({} if given is None else {"value": given})
        return Test(field, shape.op, value, _words(value, options)), data

    def say(self, path: str, name: str, sentence: str) -> None:
        self.problems.append((f"{path}.{name}".lstrip("."), sentence))


def _below(path: str, name: str, index: int) -> str:
    return f"{path}.{name}.{index}".lstrip(".")


def _words(value: Any, options: Options | None) -> tuple[str, ...]:
    if options is None or value is None:
        return ()
    return tuple(options[one] for one in (value if isinstance(value, tuple) else (value,)))
