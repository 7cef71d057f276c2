"""Between what an input holds and what a condition holds: text on one side, numbers, ids and lists on the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.conditions.drafts import GROUP, SOME, TEST, Draft
from crm.conditions.fields import Field, Type
from crm.conditions.operators import DAYS, LISTS, OPERATORS, WITHOUT_VALUE
from crm.conditions.subjects import Registry
from crm.custom_values import BadCustomValue, parse_number


class Incomplete(ValueError):
    """Something is not said yet, or cannot be read; the text is a sentence."""


def data_of(draft: Draft, at: str, *, lenient: bool) -> Any:
    """The condition that the draft stands for, noting in each draft its place in it.

    Raises Incomplete where something is missing; lenient: leaves that out, None if nothing remains.
    """
    draft.at = at
    if draft.kind == GROUP:
        parts = _parts(draft, draft.group, at, lenient)
        if not parts and not lenient:
            raise Incomplete("This group is empty.")
        return {draft.group: parts} if parts else None
    try:
        return _some_data(draft, at, lenient) if draft.kind == SOME else _test_data(draft)
    except Incomplete:
        if lenient:
            draft.at = ""
            return None
        raise


def _parts(draft: Draft, name: str, at: str, lenient: bool) -> list[Any]:
    parts: list[Any] = []
    for child in draft.children:
        data = data_of(child, f"{at}.{name}.{len(parts)}".lstrip("."), lenient=lenient)
        if data is not None:
            parts.append(data)
    return parts


def _some_data(draft: Draft, at: str, lenient: bool) -> dict[str, Any]:
    assert draft.subject is not None
    data: dict[str, Any] = {"some": draft.subject.name, "where": _parts(draft, "where", at, lenient)}
    count: dict[str, Any] = {"op": draft.count}
    if draft.count != "none":
        count["number"] = _whole(draft.number or "1", "How many? Give a whole number.")
    data["count"] = count
    if draft.days.strip():
        data["within_days"] = _whole(draft.days, "In how many days? Give a whole number.")
    return data


def _test_data(draft: Draft) -> dict[str, Any]:
    field = draft.field
    if field is None:
        raise Incomplete("Choose what to ask.")
    data: dict[str, Any] = {"field": field.name, "op": draft.op}
    if draft.op in WITHOUT_VALUE:
        return data
    if draft.op == "between":
        if not draft.values or not draft.to.strip():
            raise Incomplete("Give both values.")
        return data | {"value": [_one(field, draft.op, draft.values[0]), _one(field, draft.op, draft.to)]}
    if draft.op in LISTS:
        texts = draft.values
        if _typed(field):
            texts = [part for text in texts for part in re.split(r"[;\n]", text) if part.strip()]
        if not texts:
            raise Incomplete("Choose at least one." if not _typed(field) else "Give at least one value.")
        return data | {"value": [_one(field, draft.op, text) for text in texts]}
    if not draft.values:
        raise Incomplete("Give a value.")
    return data | {"value": _one(field, draft.op, draft.values[0])}


def _typed(field: Field) -> bool:
    """Whether its values are typed, not chosen from a list."""
    return field.source is None and field.options is None


def _one(field: Field, op: str, text: str) -> Any:
    text = text.strip()
    if op in DAYS:
        return _whole(text, "Give a whole number of days.")
    if field.type in (Type.NUMBER, Type.MONEY):
        try:
            return parse_number(text)
        except BadCustomValue as problem:
            raise Incomplete(str(problem)) from None
    if field.type is Type.YES_NO:
        return text == "yes"
    if field.source is not None and text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return text


def _whole(text: str, sentence: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Incomplete(sentence)
    return int(text)


# The other way.


def draft_of(data: Any, known: Registry, under: Draft | None = None) -> Draft:
    """A stored condition as a draft; what cannot be read becomes a test that asks to be said anew."""
    if not isinstance(data, Mapping):
        return Draft(TEST, "")
    for kind in ("all", "any", "none"):
        if isinstance(data.get(kind), list):
            return Draft(GROUP, "", group=kind, children=[draft_of(one, known) for one in data[kind]])
    if data.get("some") in known.subjects:
        return _some_draft(data, known)
    name = str(data.get("field", ""))[:200]
    field = under.subject.fields.get(name) if under and under.subject else known.field(name)
    draft = Draft(TEST, "", what=f"field:{name}", field=field, subject=under.subject if under else None)
    if field is not None:
        op = data.get("op")
        draft.op = op if op in OPERATORS[field.type] else OPERATORS[field.type][0]
        _fill(draft, data.get("value"))
    return draft


def _some_draft(data: Mapping[str, Any], known: Registry) -> Draft:
    draft = Draft(SOME, "", what=f"some:{data['some']}", subject=known.subjects[data["some"]])
    count = data.get("count")
    if isinstance(count, Mapping):
        draft.count, draft.number = str(count.get("op", "at_least")), str(count.get("number", 1))
    if data.get("within_days") is not None:
        draft.days = str(data["within_days"])
    where = data.get("where")
    draft.children = [draft_of(one, known, draft) for one in where] if isinstance(where, list) else []
    return draft


def _fill(draft: Draft, value: Any) -> None:
    if value is None or draft.field is None:
        return
    if draft.op == "between" and isinstance(value, list) and len(value) == 2:
        draft.values, draft.to = [str(value[0])], str(value[1])
    elif isinstance(value, bool):
        draft.values = ["yes" if value else "no"]
    elif isinstance(value, list):
        texts = [str(one) for one in value]
        draft.values = ["; ".join(texts)] if _typed(draft.field) else texts
    else:
        draft.values = [str(value)]
