"""Whom a new follow-up is to concern and what it waits for, as an address or a form says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import JsonResponse, QueryDict
from django.views.decorators.http import require_GET

from crm.access import contacts_for, deals_for, documents_for, invoices_for, partners_for
from crm.models import Contact, Partner, User
from crm.searching import search
from crm.views.asking import ids_in
from crm.views.guard import PersonRequest, may

MOST_CONTACTS = 1_000
#: What it may wait for: name in the address -> permission, door.
_DOORS: dict[str, tuple[str, Callable[[User], QuerySet[Any]]]] = {
    "deal": ("deals.view", deals_for),
    "document": ("documents.view", documents_for),
    "invoice": ("invoices.view", invoices_for),
}
_ICONS = {"deal": "handshake", "document": "file-text", "invoice": "receipt"}


@dataclass(slots=True)
class Concerning:
    """Contacts, a partner, and the records by their name; all of them visible to the person who asks."""

    contacts: list[Contact] = field(default_factory=list)
    partner: Partner | None = None
    records: dict[str, Any] = field(default_factory=dict)

    @property
    def anybody(self) -> bool:
        return bool(self.contacts or self.partner)

    @property
    def who(self) -> str:
        """Whom it concerns where it is one follow-up."""
        return " · ".join(one.name for one in (*self.contacts[:1], self.partner) if one)

    @property
    def lines(self) -> list[tuple[str, str, int, str]]:
        """The records for the form: name in the address, icon, id, words."""
        return [(name, _ICONS[name], one.pk, words_of_record(name, one)) for name, one in self.records.items()]

    @property
    def ids(self) -> dict[str, Any]:
        """The records as the columns of a new follow-up."""
        return {f"{name}_id": one.pk for name, one in self.records.items()}

    @property
    def address(self) -> str:
        """The same in an address: "&contacts=3&partner=5"."""
        parts = [f"&contacts={','.join(str(one.pk) for one in self.contacts)}"] if self.contacts else []
        parts += [f"&partner={self.partner.pk}"] if self.partner else []
        return "".join([*parts, *(f"&{name}={one.pk}" for name, one in self.records.items())])


def words_of_record(name: str, record: Any) -> str:
    """What to call a record that a follow-up waits for."""
    return str(record.number if name == "invoice" else record.name)


def concerning(user: User, given: QueryDict, *, asking: bool) -> Concerning:
    """Read it. `asking`: the form is only being opened, so a record brings its client and its partner along; later,
    a record of other clients than the chosen one is left out."""
    asked = ids_in(",".join([*given.getlist("contacts"), *given.getlist("contact")]), MOST_CONTACTS)
    found = Concerning(list(contacts_for(user).filter(pk__in=asked).order_by("pk")))
    wanted = ids_in(given.get("partner", ""))[:1]
    if wanted and user.can("partners.view"):
        found.partner = partners_for(user).filter(pk__in=wanted).first()
    for name, (permission, door) in _DOORS.items():
        ids = ids_in(given.get(name, ""))[:1]
        record = door(user).filter(pk__in=ids).first() if ids and user.can(permission) else None
        if record is None:
            continue
        if asking and not asked and not found.contacts and record.contact_id:
            found.contacts = list(contacts_for(user).filter(pk=record.contact_id))
        if asking and not found.partner and name == "deal" and record.partner_id and user.can("partners.view"):
            found.partner = partners_for(user).filter(pk=record.partner_id).first()
        if record.contact_id in (None, *(one.pk for one in found.contacts if len(found.contacts) == 1)):
            found.records[name] = record
    return found


def partners_to_choose(user: User, most: int = 100) -> list[tuple[int, str]]:
    """The partners for the picker without scripts; none for those who may not see partners."""
    if not user.can("partners.view"):
        return []
    return list(partners_for(user).order_by("name", "pk").values_list("pk", "name")[:most])


@require_GET
@may("partners.view")
def partner_options(request: PersonRequest) -> JsonResponse:
    """The partners whose words begin like these, for the picker."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    if not words:
        options = [{"value": str(pk), "label": name} for pk, name in partners_to_choose(request.user, 12)]
        return JsonResponse(options, safe=False)
    found = search(request.user, words, kinds=["partner"], limit=12)
    options = [{"value": str(one.id), "label": one.title, "hint": one.detail} for one in found]
    return JsonResponse(options, safe=False)
