"""The organisation's own fields as fields of a condition: "custom.SLUG", typed (A12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Collate, Lower

from crm.conditions.fields import Field, Type
from crm.conditions.json_columns import is_of, json_number, json_text, json_value, json_words
from crm.models import CustomField

GROUP = "Own fields"


def own_fields() -> dict[str, Field]:
    """Those in use, in their order."""
    fields = CustomField.objects.filter(archived_at__isnull=True)
    return {f"custom.{own.slug}": _KINDS[own.kind](own) for own in fields}


def archived_label(slug: str) -> str:
    """What a field that was put away is called; empty if there never was one."""
    if "\0" in slug:  # no text of the database
        return ""
    return CustomField.objects.filter(slug=slug[:80]).values_list("label", flat=True).first() or ""


def _field(own: CustomField, type_: Type, column: Any = None, **more: Any) -> Field:
    return Field(f"custom.{own.slug}", own.label, type_, column, group=GROUP, **more)


def _text(own: CustomField) -> Field:
    return _field(own, Type.TEXT, Lower(json_words("custom", own.slug), output_field=TextField()))


def _number(own: CustomField) -> Field:
    return _field(own, Type.NUMBER, json_number("custom", own.slug))


def _money(own: CustomField) -> Field:
    return _field(own, Type.MONEY, json_number("custom", own.slug))


def _date(own: CustomField) -> Field:
    # ISO days as text: ordered as days are, in the order of their bytes.
    return _field(own, Type.DATE, Collate(json_text("custom", own.slug), "C"), stored=date.isoformat)


def _choice(own: CustomField) -> Field:
    return _field(own, Type.CHOICE, json_words("custom", own.slug), options=_options(own))


def _choices(own: CustomField) -> Field:
    guard = is_of("custom", own.slug, "array")
    return _field(own, Type.MANY, json_value("custom", own.slug), guard=guard, options=_options(own))


def _yes_no(own: CustomField) -> Field:
    return _field(own, Type.YES_NO, guard=Q(custom__contains={own.slug: True}))


def _options(own: CustomField) -> dict[str, str] | None:
    return {str(one): str(one) for one in own.choices} or None


_KINDS: dict[str, Callable[[CustomField], Field]] = {
    "text": _text,
    "number": _number,
    "money": _money,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
}
