"""A condition that has been read: its tests bound to the fields they ask about. Pure data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.conditions.fields import Field, Subject


@dataclass(frozen=True, slots=True)
class Test:
    """`words` are the names of the values, where they are records or choices."""

    __test__ = False

    field: Field
    op: str
    value: Any
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """So many records that fit all the tests; `within_days` counts only those not older."""

    subject: Subject
    where: tuple[Test, ...]
    op: str
    number: int
    within_days: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is all, any or none; never empty."""

    kind: str
    nodes: tuple[Node, ...]


Node = Test | Some | Group


@dataclass(frozen=True, slots=True)
class Condition:
    """`data` is what is stored: the same condition as JSON, with ids for records."""

    root: Node
    data: dict[str, Any]


def leaves(node: Node) -> Iterator[Test | Some]:
    """The tests of the contact and of its records, in order."""
    if isinstance(node, Group):
        for one in node.nodes:
            yield from leaves(one)
    else:
        yield node
