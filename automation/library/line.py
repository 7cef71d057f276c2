"""What entries are written with: steps in a line, each leading to the next unless it says otherwise, and conditions."""

from __future__ import annotations

from typing import Any

from automation.library.shape import Place


def line(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps with their exits filled in: "next" leads to the step that follows, the last one ends."""
    made = []
    for place, step in enumerate(steps):
        following = steps[place + 1]["id"] if place + 1 < len(steps) else None
        made.append({**step, "exits": step.get("exits", {"next": following})})
    return made


def followup(
    at: Place, pk: str, template: str, *, subject: str, type: str, due: int, unit: str = "days", **more: Any
) -> dict[str, Any]:
    """A follow-up from the house's template of that name; in own words where it was put away. `due` counts from here."""
    there = at.followup_template(template)
    own: dict[str, Any] = {"template": there} if there else {"subject": subject, "type": type}
    return {"id": pk, "kind": "create_followup", "due_in": due, "due_unit": unit, **own, **more}


def choice(name: str, label: str, when: dict[str, Any]) -> dict[str, Any]:
    """One way of a branch."""
    return {"name": name, "label": label, "when": when}


def some(subject: str, *where: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    """A condition about their records: (field, operator, value) each."""
    return {"some": subject, "where": [_test(*one) for one in where], **more}


def none_of(subject: str, *where: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    """That there is no such record."""
    return some(subject, *where, count={"op": "none"}, **more)


def _test(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}
