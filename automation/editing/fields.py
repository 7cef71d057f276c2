"""The settings of a step, a trigger or the rules as fields of a form, made from their model: what each is called, which
control it takes, and how what was typed becomes a value. Pure."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Literal, Protocol, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

#: Settings that no form asks for.
NOT_ASKED = frozenset({"id", "kind", "exits"})
#: Controls whose value is the id of a record, or several ids or names.
RECORDS = frozenset(
    {"template", "followup_template", "tag", "audience", "stage", "close_reason", "person", "team", "document_kind",
     "automation", "automations", "pipeline", "product", "followup_type", "outcome", "contact_field", "date_field",
     "event_kind", "webhook_secret"}
)  # fmt: skip
#: Controls that hold parts of their own, each with its own module of the shell.
COMPOSED = frozenset({"condition", "choices", "shares", "awaited", "window"})


class Given(Protocol):
    """What a form sent."""

    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def getlist(self, name: str, /) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One setting. `several`: the value is a list. `when`: it matters only while these other settings have these values."""

    name: str
    label: str
    help: str
    control: str
    several: bool = False
    optional: bool = False
    numbers: bool = False
    labels: tuple[tuple[Any, str], ...] = ()
    when: tuple[tuple[str, Any], ...] = ()
    default: Any = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def asked(model: type[BaseModel]) -> Iterator[Asked]:
    """The settings of a model, what it cannot do without first, the note for colleagues last."""
    found = [one_of(name, info) for name, info in model.model_fields.items() if name not in NOT_ASKED]
    yield from sorted(found, key=lambda one: (one.name == "note", "needed" not in one.extra))


def one_of(name: str, info: FieldInfo) -> Asked:
    """One setting, from what its model says of it."""
    extra: Mapping[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    inner, optional = _inner(info.annotation)
    several = get_origin(inner) is list
    item = _inner(get_args(inner)[0])[0] if several else inner
    labels = dict(extra.get("labels", {}))
    options = get_args(item) if get_origin(item) is Literal else ()
    default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    return Asked(
        name=info.alias or name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        control=str(extra.get("control") or _by_type(item, several)),
        several=several,
        optional=optional,
        numbers=item is int,
        labels=tuple((one, str(labels.get(one, str(one).replace("_", " ").capitalize()))) for one in options),
        when=tuple(dict(extra.get("when", {})).items()),
        default=plain(default),
        extra=extra,
    )


def _inner(annotation: Any) -> tuple[Any, bool]:
    """A type without what is annotated to it, and whether it may be None too."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [one for one in get_args(annotation) if one is not type(None)]
        return (_inner(rest[0])[0], True) if len(rest) < len(get_args(annotation)) else (rest[0], False)
    return annotation, False


def _by_type(item: Any, several: bool) -> str:
    if get_origin(item) is Literal:
        return "choice"
    if item is time:
        return "times" if several else "time"
    if isinstance(item, type) and issubclass(item, BaseModel):
        return "window"
    return {bool: "yes_no", int: "number", date: "date"}.get(item, "text")


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def value_in(one: Asked, given: Given) -> Any:
    """What the form says of a setting, as JSON; None for nothing. What cannot be read stays as typed: checking it says
    what is wrong."""
    if one.control == "yes_no":
        return one.name in given
    if one.control in ("weekdays", "automations") or (one.several and one.control != "times"):
        texts = [str(text).strip() for text in given.getlist(one.name)]
        return [_number(text) if one.numbers else text for text in texts if text]
    text = (str(given[one.name]) if one.name in given else "").replace("\0", "").replace("\r\n", "\n").strip()
    if one.labels:
        if one.name not in given:  # a form from before there was such a setting
            return None
        return next((value for value, _ in one.labels if str(value) == text), text)
    if one.control == "times":
        return [part for part in re.split(r"[,;\s]+", text) if part]
    if not text:
        return "" if not one.optional and not one.numbers and one.control not in ("time", "date") else None
    return _number(text) if one.numbers else text


def _number(text: str) -> Any:
    clean = text.replace(",", "").replace("−", "-")
    return int(clean) if re.fullmatch(r"-?[0-9]{1,19}", clean) else text


def text_of(one: Asked, value: Any) -> Any:
    """A value as the form shows it: a text, a list of texts, or yes and no."""
    value = one.default if value is None else value
    if one.control == "yes_no":
        return bool(value)
    if one.control == "times":
        return ", ".join(_clock(part) for part in value or ())
    if one.several:
        return [str(part) for part in value or ()]
    if one.control == "time":
        return _clock(value)
    return "" if value is None else str(value)


def _clock(value: Any) -> str:
    """ "09:00:00" as "09:00"."""
    text = "" if value is None else str(value)
    return text[:5] if re.fullmatch(r"\d\d:\d\d:\d\d", text) else text


def matters(one: Asked, values: Mapping[str, Any]) -> bool:
    """Whether a setting plays a part, with what the others say."""
    return all(values.get(name) == wanted for name, wanted in one.when)
