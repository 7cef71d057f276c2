"""The form of a step, a trigger or the rules, made from their model: drawn, read back, and checked, with everything kept
that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from pydantic import BaseModel, ValidationError

from automation.building.options import Option, Preview, options, preview_of
from automation.building.parts import Parts, parts_from_data, parts_from_form
from automation.editing.fields import COMPOSED, Asked, asked, matters, text_of, value_in
from automation.editing.sentences import problems, unsaid

if TYPE_CHECKING:
    from crm.models import User


@dataclass(slots=True)
class Row:
    """One field of the form. `value` is what is shown in it; `todo`: what is still to be said, which is
    no mistake. `off`: it plays no part as the others are filled in. `unit` is the field drawn beside it. `about`: what was
    chosen, shown below it."""

    asked: Asked
    value: Any = ""
    error: str = ""
    todo: str = ""
    options: list[Option] = field(default_factory=list)
    off: bool = False
    parts: Parts | None = None
    unit: Row | None = None
    about: Preview | None = None

    @property
    def name(self) -> str:
        return self.asked.name

    @property
    def seldom(self) -> bool:
        """Whether few need it, so that it stands folded."""
        return bool(self.asked.extra.get("seldom") or self.name == "note")

    @property
    def used(self) -> bool:
        """Whether it says something else than it would by itself."""
        return bool(self.error) or self.value != text_of(self.asked, None)

    @property
    def when(self) -> str:
        """What it depends on, for the script that hides it: "whom=person"."""
        return " ".join(f"{name}={'on' if value is True else value}" for name, value in self.asked.when)


@dataclass(slots=True)
class Form:
    """`settings` are what is to be stored: complete in itself, though something may not be said yet (`missing`). `acted`:
    one of the form's own buttons was pressed, so nothing is to be stored."""

    rows: list[Row]
    settings: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    acted: bool = False

    @property
    def good(self) -> bool:
        return not self.errors and not self.acted

    @property
    def whole_error(self) -> str:
        return self.errors.get("", "")


def form_of(model: type[BaseModel], data: Mapping[str, Any], user: User, *, fixed: Mapping[str, Any]) -> Form:
    """The form that shows settings as they are stored, with what is still missing said at its place. `fixed` is what the
    model needs besides: the id and kind."""
    fields = list(asked(model))
    parts = {one.name: parts_from_data(one, data.get(one.name)) for one in fields if one.control in COMPOSED}
    settings = {one.name: data[one.name] for one in fields if one.name in data}
    form = Form([], settings)
    form.missing = check(model, {**fixed, **settings})[1]
    values = {one.name: settings.get(one.name, one.default) for one in fields}
    form.rows = _rows(fields, {one.name: text_of(one, data.get(one.name)) for one in fields}, parts, values, form, user)
    return form


def form_from(model: type[BaseModel], given: QueryDict, user: User, *, fixed: Mapping[str, Any]) -> Form:
    """What was filled in."""
    fields = list(asked(model))
    settings: dict[str, Any] = {}
    parts: dict[str, Parts] = {}
    for one in fields:
        if one.control in COMPOSED:
            parts[one.name] = part = parts_from_form(one, given, user)
            value = part.value
        else:
            value = value_in(one, given)
        if value is not None and (value != "" or one.control == "choice"):
            settings[one.name] = value
    form = Form([], settings, acted=any(part.acted for part in parts.values()))
    form.errors, form.missing = check(model, {**fixed, **settings})
    for name, part in parts.items():
        if part.problem:
            form.errors.setdefault(name, part.problem)
    shown = {one.name: _typed(one, given) for one in fields}
    form.rows = _rows(fields, shown, parts, settings, form, user)
    return form


def check(model: type[BaseModel], settings: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What is wrong with settings, and what is only not said yet: a sentence for each by name."""
    try:
        whole = model.model_validate(settings)
    except ValidationError as bad:
        silent, found = unsaid(bad), problems(bad)
        wrong = {name: said for name, said in found.items() if name not in silent}
        return wrong, {name: said for name, said in found.items() if name in silent}
    lacks = getattr(whole, "lacks", None)
    return {}, dict(lacks()) if lacks is not None else {}


def _typed(one: Asked, given: QueryDict) -> Any:
    """What was typed, as it was typed."""
    if one.control == "yes_no":
        return one.name in given
    if one.several and one.control != "times":
        return given.getlist(one.name)
    return given.get(one.name, "")[:10_000]


def _rows(
    fields: list[Asked],
    shown: Mapping[str, Any],
    parts: Mapping[str, Parts],
    values: Mapping[str, Any],
    form: Form,
    user: User,
) -> list[Row]:
    rows: list[Row] = []
    for one in fields:
        value = shown[one.name]
        chosen = value if isinstance(value, list) else [value]
        row = Row(one, value, options=options(one, user, chosen), parts=parts.get(one.name))
        row.off = not matters(one, values)
        row.error = form.errors.get(one.name, "")
        row.todo = "" if row.off or row.error else form.missing.get(one.name, "")
        row.about = preview_of(value) if one.control == "template" else None
        if rows and one.control == "choice" and one.name.endswith("unit") and rows[-1].asked.numbers:
            rows[-1].unit = row
        else:
            rows.append(row)
    return rows
