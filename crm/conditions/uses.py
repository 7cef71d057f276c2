"""What a condition depends on: to find the conditions that a deleted tag or a nested audience concerns."""

from __future__ import annotations

from crm.conditions.tree import Condition, Some, Test, leaves


def audiences_in(condition: Condition) -> set[int]:
    """The audiences whose members it asks for."""
    return _values(condition, "audience")


def tags_in(condition: Condition) -> set[int]:
    return _values(condition, "tags")


def custom_fields_in(condition: Condition) -> set[str]:
    """The slugs of the organisation's own fields that it asks about."""
    names = (leaf.field.name for leaf in leaves(condition.root) if isinstance(leaf, Test))
    return {name.removeprefix("custom.") for name in names if name.startswith("custom.")}


def subjects_in(condition: Condition) -> set[str]:
    """The kinds of record that it asks about."""
    return {leaf.subject.name for leaf in leaves(condition.root) if isinstance(leaf, Some)}


def fields_in(condition: Condition) -> set[str]:
    """The fields of the contact that it asks about."""
    return {leaf.field.name for leaf in leaves(condition.root) if isinstance(leaf, Test)}


def _values(condition: Condition, name: str) -> set[int]:
    return {
        value
        for leaf in leaves(condition.root)
        if isinstance(leaf, Test) and leaf.field.name == name and leaf.value is not None
        for value in leaf.value
    }
