"""Adding partners. One whose name is taken is refused with the partner that has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from crm.models import Organisation, Partner, User
from crm.partners.fields import clean_partner
from crm.partners.telling import happened
from crm.timeline import record
from crm.undo import remember

PARTNERS_MADE = "partners_made"


@dataclass(slots=True, kw_only=True)
class NewPartner:
    """Values as typed; they are normalised here."""

    name: str
    kind: str = "agency"
    person: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    country: str = ""
    city: str = ""
    time_zone: str = ""
    notes: str = ""
    external_id: str = ""
    owner_id: int | None = None


@dataclass(slots=True)
class MadePartners:
    """`ids` in the order of the rows that were stored; `refused` by position: field -> sentence."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    #: Position -> the partner that has the name or the external id already.
    same_as: dict[int, int] = field(default_factory=dict)
    undo_id: int | None = None


def create_partners(rows: Sequence[NewPartner], *, by: User | None, now: datetime) -> MadePartners:
    """Store new partners. A row that breaks a rule, or is there already, is named and left out."""
    made = MadePartners()
    country = Organisation.objects.current().country
    good: list[dict[str, Any]] = []
    taken: dict[str, int] = {}
    cleaned = [clean_partner(asdict(row), country=country) for row in rows]
    found = same_names(clean.get("name", "") for clean, _ in cleaned)
    keys = same_keys(clean.get("external_id", "") for clean, _ in cleaned)
    for position, (clean, bad) in enumerate(cleaned):
        if not bad:
            bad, twin = refusal_of(clean, found, keys)
            if twin:
                made.same_as[position] = twin
        if not bad and clean["name"].lower() in taken:
            bad = {"name": f"“{clean['name']}” is there twice."}
        if bad:
            made.refused[position] = bad
        else:
            taken[clean["name"].lower()] = position
            good.append(clean)
    try:
        with transaction.atomic():
            stored = Partner.objects.bulk_create(
                [Partner(**clean, created_by=by, created_at=now, updated_at=now) for clean in good]
            )
            record([happened("partner_created", one, by=by, now=now) for one in stored], now=now)
            made.ids = [one.pk for one in stored]
            if by is not None and stored:
                said = f"“{stored[0].name}”" if len(stored) == 1 else f"{len(stored)} partners"
                made.undo_id = remember(
                    user=by, label=f"Added {said}", kind=PARTNERS_MADE, payload={"ids": made.ids}, now=now
                )
    except IntegrityError:  # somebody stored the same partner between our look and our write
        return create_partners(rows, by=by, now=now)
    return made


def same_names(names: Iterable[str], *, but: int = 0) -> dict[str, Partner]:
    """The living partners with these names, by the name in small letters, however it is written."""
    wanted = {name.lower() for name in names if name}
    rows = Partner.objects.alive().annotate(small=Lower("name")).filter(small__in=wanted).exclude(pk=but)
    return {one.name.lower(): one for one in rows} if wanted else {}


def same_keys(keys: Iterable[str], *, but: int = 0) -> dict[str, Partner]:
    """The living partners with these external ids."""
    wanted = {key for key in keys if key}
    rows = Partner.objects.alive().filter(external_id__in=wanted).exclude(pk=but)
    return {one.external_id: one for one in rows} if wanted else {}


def refusal_of(
    clean: Mapping[str, Any], names: Mapping[str, Partner], keys: Mapping[str, Partner]
) -> tuple[dict[str, str], int | None]:
    """Why a name or an external id cannot be had, and who has it."""
    if twin := names.get(clean.get("name", "").lower()):
        where = f" in {twin.city}" if twin.city else ""
        return {
            "name": f"There is a partner “{twin.name}”{where} already. Open that one, or choose another name."
        }, twin.pk
    if twin := keys.get(clean.get("external_id", "")):
        return {"external_id": f"The partner “{twin.name}” has this external id already."}, twin.pk
    return {}, None
