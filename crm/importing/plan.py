"""From an import's mapping to a checker: which column goes where, which fields are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.custom_fields import field_slug, make_field
from crm.importing.checking import TARGETS, Checker, Column
from crm.importing.colleagues import owners
from crm.importing.presets import presets
from crm.importing.reading import Table
from crm.models import CustomField, ImportBatch, Organisation
from crm.models.custom_field import FieldKind


class BadMapping(ValueError):
    """A mapping that cannot be used; the text is a sentence."""


@dataclass(slots=True)
class Plan:
    checker: Checker
    columns: list[Column]
    fields: dict[str, CustomField] = field(default_factory=dict)


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise BadMapping for a target that does not exist or one that two columns want."""
    used: dict[str, str] = {}
    own = set(CustomField.objects.filter(archived_at__isnull=True).values_list("slug", flat=True))
    for heading, target in mapping.items():
        kind, _, rest = target.partition(":")
        good = (
            not target
            or target in TARGETS
            or (kind == "new" and rest in FieldKind.values)
            or (kind == "custom" and rest in own)
        )
        if not good:
            raise BadMapping(f"“{heading}” is mapped to “{target}”, which does not exist.")
        if (
            target in used
            and (target in TARGETS or kind == "custom")
            and target not in ("other_emails", "other_phones", "tags")
        ):
            raise BadMapping(f"“{used[target]}” and “{heading}” are both mapped to {TARGETS.get(target, target)}.")
        used[target] = heading
    if not any(used):
        raise BadMapping("No column is mapped to anything.")
    telling = {
        "first_name",
        "last_name",
        "full_name",
        "organisation",
        "email",
        "other_emails",
        "phone",
        "other_phones",
        "external_id",
    }
    if not telling & set(used):
        raise BadMapping(
            "Nothing tells one contact from another: map a name, an organisation, an e-mail, a phone or an id."
        )


def make_missing_fields(batch: ImportBatch) -> None:
    """Make the fields that the mapping asks for and write them into it, so that a run that starts again finds them."""
    learns = list(batch.options.get("learns", []))
    mapping = dict(batch.mapping)
    for heading, target in mapping.items():
        if target.startswith("new:"):
            made = make_field(label=heading, kind=target[4:])
            mapping[heading] = f"custom:{made.slug}"
            learns.append(made.slug)
    batch.mapping = mapping
    batch.options = {**batch.options, "learns": learns}
    batch.save(update_fields=["mapping", "options"])


def make_plan(batch: ImportBatch, table: Table) -> Plan:
    """Compile the mapping. Fields still to be made (in a dry run) get the slugs that they would get."""
    fields = {one.slug: one for one in CustomField.objects.filter(archived_at__isnull=True)}
    columns = [
        _column(place, heading, batch.mapping[heading], fields, batch.options)
        for place, heading in enumerate(table.headings)
        if batch.mapping.get(heading)
    ]
    preset = presets().get(batch.preset)
    checker = Checker(
        columns,
        width=len(table.headings),
        country=batch.options.get("country") or Organisation.objects.current().country,
        empty_words=batch.options.get("empty_words", []),
        owners=owners() if any(column.target == "owner" for column in columns) else {},
        neutralised=preset.neutralised if preset else False,
        lenient=table.kind == "vcf",
    )
    return Plan(checker, columns, fields)


def _column(
    place: int, heading: str, target: str, fields: Mapping[str, CustomField], options: Mapping[str, Any]
) -> Column:
    style = options.get("date_styles", {}).get(heading, "iso")
    kind, _, rest = target.partition(":")
    if kind == "new":
        return Column(
            place=place,
            heading=heading,
            target=target,
            kind=rest,
            slug=f"{field_slug(heading)}-{place}",
            learns=True,
            date_style=style,
        )
    if kind == "custom" and rest in fields:
        own = fields[rest]
        return Column(
            place=place,
            heading=heading,
            target=target,
            kind=own.kind,
            slug=rest,
            choices=set(own.choices),
            learns=rest in options.get("learns", []),
            date_style=style,
        )
    return Column(place=place, heading=heading, target=target)
