"""Changing one partner's fields; giving, deleting and restoring many; and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from crm.models import Organisation, Partner, User
from crm.partners.fields import RULES, clean_partner
from crm.partners.making import refusal_of, same_keys, same_names
from crm.partners.telling import happened
from crm.results import Result
from crm.timeline import record
from crm.undo import UndoResult, remember

PARTNERS = "partners"
MOST = 10_000


@dataclass(slots=True)
class ChangedPartner:
    """`stale` holds the fields now in force where somebody changed the partner first; `refused` is by field."""

    done: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    stale: dict[str, Any] | None = None
    same_as: int | None = None
    version: int = 0
    undo_id: int | None = None


def state_of(partner: Partner) -> dict[str, Any]:
    """The fields people fill in, as they are stored."""
    return {name: getattr(partner, name) for name in RULES}


def change_partner(
    partners: QuerySet[Partner],
    *,
    by: User | None,
    now: datetime,
    changes: Mapping[str, Any],
    version: int | None = None,
) -> ChangedPartner:
    """Change fields of the one partner in the set. Raises Partner.DoesNotExist, KeyError for an unknown field."""
    country = str(changes.get("country") or Organisation.objects.current().country)
    clean, bad = clean_partner(changes, country=country)
    with transaction.atomic():
        partner = partners.order_by().select_for_update(of=("self",)).get()
        result = ChangedPartner(version=partner.version, refused=bad)
        if version is not None and version != partner.version:
            return ChangedPartner(stale=state_of(partner), version=partner.version)
        changed = {name: value for name, value in clean.items() if value != getattr(partner, name)}
        if not bad:
            names = same_names([changed.get("name", "")], but=partner.pk)
            result.refused, result.same_as = refusal_of(
                changed, names, same_keys([changed.get("external_id", "")], but=partner.pk)
            )
        if result.refused or not changed:
            result.done = not result.refused
            return result
        before = {name: getattr(partner, name) for name in changed}
        try:
            with transaction.atomic():
                _write([partner.pk], changed, now)
        except IntegrityError:
            return ChangedPartner(refused={"": "Somebody stored a partner with this name at this very moment."})
        partner.name = changed.get("name", partner.name)
        fields = ", ".join(RULES[name].label.lower() for name in changed)
        record([happened("partner_changed", partner, by=by, now=now, fields=fields)], now=now)
        undo_id = _remembered({partner.pk: before}, [partner], f"Changed “{partner.name}”", by, now)
        return ChangedPartner(done=True, version=partner.version + 1, undo_id=undo_id)


def give(partners: QuerySet[Partner], *, to: User | None, by: User | None, now: datetime) -> Result:
    """Give partners to a colleague; None leaves them with nobody. Viewers and those gone get nothing."""
    with transaction.atomic():
        rows = _locked(partners)
        if to is not None and (not to.is_active or to.role == "viewer"):
            return Result(refused={one.pk: f"{to.name} cannot hold partners." for one in rows})
        name = to.name if to else "nobody"
        moving = [one for one in rows if one.owner_id != (to.pk if to else None)]
        _write([one.pk for one in moving], {"owner_id": to.pk if to else None}, now)
        record([happened("partner_given", one, by=by, now=now, to=name) for one in moving], now=now)
        before = {one.pk: {"owner_id": one.owner_id} for one in moving}
        return Result(
            done=list(before), undo_id=_remembered(before, moving, f"Gave {_said(moving)} to {name}", by, now)
        )


def delete(partners: QuerySet[Partner], *, by: User | None, now: datetime) -> Result:
    """Take partners out of every list and search; their clients stay, and `restore` brings all of it back."""
    with transaction.atomic():
        rows = _locked(partners.filter(deleted_at__isnull=True))
        _write([one.pk for one in rows], {"deleted_at": now}, now)
        record([happened("partner_deleted", one, by=by, now=now) for one in rows], now=now)
        before = {one.pk: {"deleted_at": None} for one in rows}
        return Result(done=list(before), undo_id=_remembered(before, rows, f"Deleted {_said(rows)}", by, now))


def restore(partners: QuerySet[Partner], *, by: User | None, now: datetime) -> Result:
    """Bring deleted partners back; one whose name or external id another has meanwhile is refused."""
    result = Result()
    with transaction.atomic():
        rows = _locked(partners.filter(deleted_at__isnull=False))
        names, keys = same_names(one.name for one in rows), same_keys(one.external_id for one in rows)
        back = []
        for one in rows:
            bad, _ = refusal_of(state_of(one), names, keys)
            if bad:
                result.refused[one.pk] = next(iter(bad.values()))
            else:
                back.append(one)
        result.done = [one.pk for one in back]
        _write(result.done, {"deleted_at": None}, now)
        record([happened("partner_restored", one, by=by, now=now) for one in back], now=now)
    return result


def put_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Undo: give each partner its columns of before, where it still has the version that the action left."""
    result = UndoResult()
    rows = {int(pk): columns for pk, columns in payload["rows"].items()}
    for one in _locked(Partner.objects.filter(pk__in=rows)):
        if one.version != payload["versions"][str(one.pk)]:
            result.refused[one.pk] = f"Somebody has changed “{one.name}” since."
            continue
        columns = rows[one.pk]
        if columns.get("deleted_at", one) is None:
            back = restore(Partner.objects.filter(pk=one.pk), by=by, now=now)
            result.done += back.done
            result.refused |= back.refused
            continue
        _write([one.pk], columns, now)
        one.name = columns.get("name", one.name)
        fields = ", ".join(RULES[name].label.lower() for name in columns)
        record([happened("partner_changed", one, by=by, now=now, fields=f"{fields} back", undone=True)], now=now)
        result.done.append(one.pk)
    return result


def take_away(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Undo of adding: put new partners into the bin."""
    return UndoResult(done=delete(Partner.objects.filter(pk__in=payload["ids"]), by=by, now=now).done)


def _locked(partners: QuerySet[Partner]) -> list[Partner]:
    """Always in the order of ids, so that two sets that overlap wait for each other."""
    return list(partners.order_by("pk").select_for_update(of=("self",))[:MOST])


def _write(ids: Sequence[int], columns: Mapping[str, Any], now: datetime) -> None:
    if ids:
        Partner.objects.filter(pk__in=ids).update(**columns, version=F("version") + 1, updated_at=now)


def _said(rows: Sequence[Partner]) -> str:
    return f"“{rows[0].name}”" if len(rows) == 1 else f"{len(rows)} partners"


def _remembered(
    before: Mapping[int, Mapping[str, Any]], rows: Sequence[Partner], label: str, by: User | None, now: datetime
) -> int | None:
    if by is None or not before:
        return None
    versions = {str(one.pk): one.version + 1 for one in rows}
    payload = {"rows": {str(pk): dict(columns) for pk, columns in before.items()}, "versions": versions}
    return remember(user=by, label=label, kind=PARTNERS, payload=payload, now=now)
