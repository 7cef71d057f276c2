"""What a condition depends on: the audiences that lie within it."""

from __future__ import annotations

from crm.conditions.tree import Condition, Test, leaves


def audiences_in(condition: Condition) -> set[int]:
    """The audiences whose members it asks for."""
    return {
        value
        for leaf in leaves(condition.root)
        if isinstance(leaf, Test) and leaf.field.name == "audience" and leaf.value is not None
        for value in leaf.value
    }
