"""Which contact a row of another record is about: by external id, e-mail or phone, by number, else by name or organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Value
from django.db.models.functions import Concat, Lower, Trim

from crm.access import contacts_for
from crm.addresses import BadAddress, normal_email, normal_phone
from crm.duplicates import Key, find_same
from crm.importing.records.cells import BadRow
from crm.importing.records.kinds import Row, Taken
from crm.importing.words import plain
from crm.models import Contact, ImportBatch, Organisation
from crm.models.contact import ContactQuerySet

#: Targets that name the contact, the surest first.
SURE = (
    ("contact_external_id", "id", "external id"),
    ("contact_email", "email", "e-mail address"),
    ("contact_phone", "phone", "phone number"),
)
NAMES = ("contact_name", "contact_organisation")


@dataclass(frozen=True, slots=True)
class Whom:
    """A contact, with a sentence where it was chosen among several."""

    pk: int
    doubt: str = ""


class ContactFinder:
    """Finds the contacts of many rows in a few queries, among those that the importer may see; remembers names."""

    def __init__(self, batch: ImportBatch) -> None:
        self._by = batch.created_by
        self._country = batch.options.get("country") or Organisation.objects.current().country
        self._named: dict[str, Whom | None] = {}
        self._sure: dict[Key, int] = {}
        self._seen: set[int] = set()
        self._numbered: dict[int, str] = {}

    def prepare(self, rows: Sequence[Row]) -> None:
        """Look up everybody whom these rows name."""
        keys = [key for row in rows for _, key in self._keys(row)]
        self._sure = find_same(keys)
        self._seen = set(self._mine().filter(pk__in=set(self._sure.values())).values_list("pk", flat=True))
        numbers = {int(text) for row in rows if _is_number(text := row.cells.get("contact_id", ""))}
        self._numbered = {
            one.pk: one.name
            for one in self._mine().filter(pk__in=numbers).only("first_name", "last_name", "organisation")
        }
        names = {row.cells[name].casefold() for row in rows for name in NAMES if name in row.cells}
        self._find_named(names - self._named.keys())

    def whom(self, row: Row, taken: Taken) -> int | None:
        """The contact of a row, None where it names none. Raises BadRow where whom it names is not here."""
        for target, key in self._keys(row):
            pk = self._sure.get(key)
            if pk is not None:
                if pk not in self._seen:
                    raise BadRow(target, "A colleague looks after this contact; ask them or a manager.")
                return pk
        named = [(name, row.cells[name]) for name in NAMES if name in row.cells]
        number = row.cells.get("contact_id", "")
        if _is_number(number) and int(number) in self._numbered:
            # Numbers of another installation are other people's: a name that is there must agree.
            name = row.cells.get("contact_name", "")
            if not name or plain(name) == plain(self._numbered[int(number)]):
                return int(number)
        for target, text in named:
            if (found := self._named.get(text.casefold())) is not None:
                if found.doubt:
                    taken.tell(row.number, target, found.doubt, read_as=True)
                return found.pk
        sure = [(target, row.cells[target]) for target, _, _ in SURE if target in row.cells]
        if not named and not sure:
            if number:
                raise BadRow("contact_id", f"There is no contact {number[:20]}.")
            return None
        target, text = (sure or named)[0]
        raise BadRow(target, f"There is no contact “{text[:80]}”. Bring in the contacts first.")

    def _mine(self) -> ContactQuerySet:
        return contacts_for(self._by) if self._by is not None else Contact.objects.alive()

    def _keys(self, row: Row) -> list[tuple[str, Key]]:
        found: list[tuple[str, Key]] = []
        for target, kind, _ in SURE:
            text = row.cells.get(target, "")
            if not text:
                continue
            try:
                value = (
                    normal_email(text)
                    if kind == "email"
                    else normal_phone(text, self._country)
                    if kind == "phone"
                    else text
                )
            except BadAddress:
                continue
            found.append((target, (kind, value)))
        return found

    def _find_named(self, names: set[str]) -> None:
        if not names:
            return
        whole = Lower(Trim(Concat("first_name", Value(" "), "last_name")))
        rows = (
            self._mine()
            .annotate(whole=whole, firm=Lower("organisation"))
            .filter(whole__in=names)
            .union(self._mine().annotate(whole=whole, firm=Lower("organisation")).filter(firm__in=names))
            .values_list("pk", "whole", "firm")
        )
        people: dict[str, list[int]] = {}
        firms: dict[str, list[int]] = {}
        for pk, name, firm in rows:
            people.setdefault(name or firm, []).append(pk)
            firms.setdefault(firm, []).append(pk)
        for name in names:
            found = sorted(set(people.get(name) or firms.get(name) or ()))
            doubt = (
                f"{len(found)} contacts go by “{name[:80]}”; the one that was here first was taken."
                if len(found) > 1
                else ""
            )
            self._named[name] = Whom(found[0], doubt) if found else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
