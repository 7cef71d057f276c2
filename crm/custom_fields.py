"""The organisation's own fields: finding them, making them, and checking values against them (A12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from crm.custom_values import BadCustomValue, parse_value
from crm.models import CustomField
from crm.models.custom_field import FieldKind


class BadField(ValueError):
    """A field that cannot be made; the text is a sentence."""


def own_fields() -> dict[str, CustomField]:
    """All fields in use by slug, in their order."""
    return {field.slug: field for field in CustomField.objects.filter(archived_at__isnull=True)}


def clean_custom(values: Mapping[str, Any], fields: Mapping[str, CustomField]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values to store (None: take away) and a sentence for each that does not fit its field."""
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for slug, value in values.items():
        field = fields.get(slug)
        if field is None:
            bad[f"custom.{slug}"] = f"There is no field “{slug[:80]}”."
            continue
        try:
            good[slug] = parse_value(field.kind, value, field.choices)
        except BadCustomValue as problem:
            bad[f"custom.{slug}"] = str(problem)
    return good, bad


def field_slug(label: str) -> str:
    """The slug of a field's label, "field" where no letter of it can be in one."""
    return slugify(label)[:70].strip("-") or slugify(label, allow_unicode=True)[:70] or "field"


def make_field(*, label: str, kind: str, choices: Sequence[str] = (), help_text: str = "") -> CustomField:
    """Make a field after the others; a slug already taken gets a number. Raises BadField."""
    label = " ".join(label.replace("\x00", "").split())[:120]
    if not label:
        raise BadField("A field needs a name.")
    if kind not in FieldKind.values:
        raise BadField("That kind of field does not exist.")
    with transaction.atomic():
        last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
        start = field_slug(label)
        taken = set(CustomField.objects.filter(slug__startswith=start).values_list("slug", flat=True))
        slug = next(one for n in range(1, 10_000) if (one := start if n == 1 else f"{start}-{n}") not in taken)
        return CustomField.objects.create(
            slug=slug,
            label=label,
            kind=kind,
            choices=list(choices),
            help_text=help_text[:200],
            position=min(last + 1, 32_000),
        )


def change_field(fields: QuerySet[CustomField], *, label: str, choices: Sequence[str], help_text: str) -> int:
    """Rename the one field in the set and set its choices; its kind stays, since values are stored in its form.

    Raises BadField.
    """
    label = " ".join(label.replace("\x00", "").split())[:120]
    if not label:
        raise BadField("A field needs a name.")
    return fields.update(label=label, choices=list(choices), help_text=help_text[:200])


def move_field(fields: QuerySet[CustomField], *, up: bool) -> bool:
    """Let the one field in the set change places with the one before or after it; False where there is none."""
    with transaction.atomic():
        order = list(CustomField.objects.filter(archived_at__isnull=True).select_for_update())
        wanted = set(fields.values_list("pk", flat=True))
        at = next((place for place, one in enumerate(order) if one.pk in wanted), None)
        if at is None or not 0 <= (to := at - 1 if up else at + 1) < len(order):
            return False
        order[at], order[to] = order[to], order[at]
        for place, one in enumerate(order):
            one.position = min(place, 32_000)
        CustomField.objects.bulk_update(order, ["position"])
    return True


def bring_back_fields(fields: QuerySet[CustomField]) -> int:
    """Take fields into use again, with the values that contacts kept."""
    return fields.filter(archived_at__isnull=False).update(archived_at=None)


def used_by() -> dict[str, int]:
    """How many living contacts have a value in each field, by slug."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, count(*) FROM crm_contact, jsonb_object_keys(custom) AS key"
            " WHERE deleted_at IS NULL AND NOT custom = '{}' GROUP BY key"
        )
        return dict(cursor.fetchall())


def archive_fields(fields: QuerySet[CustomField], *, now: datetime) -> int:
    """Put fields away: contacts keep the values, pages and filters no longer offer them."""
    return fields.filter(archived_at__isnull=True).update(archived_at=now)
