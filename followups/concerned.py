"""Whom new follow-ups concern: a contact, a partner, or both, and the records that they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.models import Contact, Deal, Document, Invoice, Partner
from followups.choosing import Need
from followups.lifecycle import BadChange
from followups.merge_fields import words_of

if TYPE_CHECKING:
    from followups.creating import NewFollowUp

#: The ids of the contact and of the partner; one may be None.
Whom = tuple[int | None, int | None]

_RECORDS = {"deal": Deal, "document": Document, "invoice": Invoice}


@dataclass(frozen=True, slots=True)
class Concerned:
    """What is asked of the person who gets it, and the words for its merge fields."""

    need: Need
    words: dict[str, str]


def concerned_by(new: Sequence[NewFollowUp]) -> dict[Whom, Concerned]:
    """Look up everybody whom the follow-ups concern; raises BadChange where somebody or something is not there."""
    contacts = _contacts({one.contact_id for one in new if one.contact_id})
    partners = _partners({one.partner_id for one in new if one.partner_id})
    _records_are_there(new)
    found: dict[Whom, Concerned] = {}
    for whom in {(one.contact_id, one.partner_id) for one in new}:
        contact_id, partner_id = whom
        if contact_id is None and partner_id is None:
            raise BadChange("Say whom it concerns: a contact, a partner, or both.")
        if contact_id is not None and contact_id not in contacts:
            raise BadChange("That contact is not there any more.")
        if partner_id is not None and partner_id not in partners:
            raise BadChange("That partner is not there any more.")
        partner, country = partners[partner_id] if partner_id is not None else ("", "")
        if contact_id is not None:
            need, names = contacts[contact_id]
            found[whom] = Concerned(need, words_of(*names, partner))
        else:
            found[whom] = Concerned(Need(country), words_of("", "", "", partner, partner))
    return found


def _contacts(ids: Iterable[int]) -> dict[int, tuple[Need, tuple[str, str, str, str]]]:
    if not ids:
        return {}
    rows = Contact.objects.alive().filter(pk__in=ids)
    return {
        pk: (Need(country, language, team_id), (first, last, organisation, email or "this client"))
        for pk, country, language, team_id, first, last, organisation, email in rows.values_list(
            "pk", "country", "language", "team_id", "first_name", "last_name", "organisation", "email"
        )
    }


def _partners(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and country of each."""
    if not ids:
        return {}
    rows = Partner.objects.alive().filter(pk__in=ids).values_list("pk", "name", "country")
    return {pk: (name, country) for pk, name, country in rows}


def _records_are_there(new: Sequence[NewFollowUp]) -> None:
    for name, model in _RECORDS.items():
        ids = {pk for one in new if (pk := getattr(one, f"{name}_id"))}
        if ids and model._default_manager.filter(pk__in=ids, deleted_at__isnull=True).count() < len(ids):
            raise BadChange(f"That {name} is not there any more.")
