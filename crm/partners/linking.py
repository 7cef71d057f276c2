"""The clients whom we and a partner have in common, and in which role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.models import Contact, Partner, PartnerContact, User
from crm.partners.telling import happened
from crm.results import Result
from crm.timeline import record
from crm.undo import UndoResult, remember

PARTNER_LINKS = "partner_links"
MOST = 1_000
#: What is offered; anybody may write another.
ROLES = ("Referred by", "Applies to", "Represented by", "Studies at", "Employed by", "Treated by")
_clean_role = clean_text("The role", 80)


class BadRole(ValueError):
    """A role that cannot be kept; the text is a sentence."""


def link(
    partner: Partner, contacts: QuerySet[Contact], *, role: str, by: User | None, now: datetime, undoable: bool = True
) -> Result:
    """Say that clients have to do with the partner, and how; a link that is there gets the new role.

    `done` are the ids of the contacts for whom something changed. Raises BadRole.
    """
    try:
        role = _clean_role(role, "")
    except BadValue as problem:
        raise BadRole(str(problem)) from None
    with transaction.atomic():
        ids = list(contacts.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:MOST])
        had = dict(PartnerContact.objects.filter(partner=partner, contact__in=ids).values_list("contact_id", "role"))
        changed = [pk for pk in ids if had.get(pk) != role]
        PartnerContact.objects.bulk_create(
            [PartnerContact(partner=partner, contact_id=pk, role=role, since=now) for pk in changed],
            update_conflicts=True,
            unique_fields=["partner", "contact"],
            update_fields=["role"],
        )
        record(
            [
                happened("partner_linked", partner, by=by, now=now, contact_id=pk, role=role, was=had.get(pk))
                for pk in changed
            ],
            now=now,
        )
        before = {str(pk): had.get(pk) for pk in changed}
        return Result(done=changed, undo_id=_remembered(partner, before, "Linked", by, now) if undoable else None)


def unlink(
    partner: Partner, contacts: QuerySet[Contact], *, by: User | None, now: datetime, undoable: bool = True
) -> Result:
    """Say that clients have nothing to do with the partner any more."""
    with transaction.atomic():
        links = PartnerContact.objects.filter(partner=partner, contact__in=contacts.order_by().values("pk"))
        had = dict(links.order_by("contact_id").select_for_update(of=("self",)).values_list("contact_id", "role"))
        PartnerContact.objects.filter(partner=partner, contact__in=had).delete()
        record(
            [
                happened("partner_unlinked", partner, by=by, now=now, contact_id=pk, role=role)
                for pk, role in had.items()
            ],
            now=now,
        )
        before: dict[str, str | None] = {str(pk): role for pk, role in had.items()}
        return Result(done=list(had), undo_id=_remembered(partner, before, "Took off", by, now) if undoable else None)


def links_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Undo: each client has the role of before, or none."""
    result = UndoResult()
    partner = Partner.objects.alive().filter(pk=payload["partner"]).first()
    for pk, role in payload["before"].items():
        who = Contact.objects.alive().filter(pk=int(pk))
        if partner is None or not who.exists():
            result.refused[int(pk)] = "The partner or the client is not there any more."
        elif role is None:
            result.done += unlink(partner, who, by=by, now=now, undoable=False).done
        else:
            result.done += link(partner, who, role=role, by=by, now=now, undoable=False).done
    return result


def _remembered(
    partner: Partner, before: dict[str, str | None], verb: str, by: User | None, now: datetime
) -> int | None:
    if by is None or not before:
        return None
    said = "1 client" if len(before) == 1 else f"{len(before)} clients"
    payload = {"partner": partner.pk, "before": before}
    return remember(user=by, label=f"{verb} {said}: {partner.name}", kind=PARTNER_LINKS, payload=payload, now=now)
