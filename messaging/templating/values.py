"""What fields stand for: the facts of contacts, senders and the organisation, read for a whole batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import check_for_language

from crm.models import Contact, Organisation, User
from messaging.templating.fields import ABOUT, ALIASES, CUSTOM, DATA

#: Where a message keeps what its trigger knew, and what is so of the record that it is about. Apart from all else that a
#: message keeps: an event from outside may call its fields what it likes.
WORDS, OF_RECORD = "words", "about"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What fields may say of a contact; `owner` is their owner's name."""

    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    days_inactive: int | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a batch."""

    contacts: Mapping[int, ContactFacts]
    senders: Mapping[int, str]
    organisation: str

    def values(
        self,
        contact_id: int | None,
        author_id: int | None,
        data: Mapping[str, Any],
        way_out: Callable[[], str] | None = None,
    ) -> Values:
        """The values for one message. Nobody named as its author: it comes from the contact's owner, else the house.

        `way_out` makes the link that stops such messages.
        """
        about = self.contacts.get(contact_id or 0) or ContactFacts()
        sender = self.senders.get(author_id or 0) or about.owner or self.organisation
        return Values(about, sender, self.organisation, data, way_out)


class Values(dict[str, str]):
    """The values by field's name, each worked out when it is asked for."""

    def __init__(
        self,
        about: ContactFacts,
        sender: str,
        organisation: str,
        data: Mapping[str, Any],
        way_out: Callable[[], str] | None = None,
    ) -> None:
        super().__init__()
        self.about, self.data, self.way_out = about, data, way_out
        #: The language of the words that are filled: dates are said in it.
        self.language = about.language
        self["sender.name"], self["organisation.name"] = sender, organisation

    def get(self, name: str, otherwise: Any = "") -> Any:
        """The value, empty where there is none."""
        if name not in self:
            self[name] = self._value(name)
        return self[name]

    def _value(self, name: str) -> str:
        about = self.about
        name = ALIASES.get(name, name)
        if name.startswith(CUSTOM):
            return shown(about.custom.get(name.removeprefix(CUSTOM)), self.language)
        if name.startswith(DATA):
            path = name.removeprefix(DATA)
            return shown(_inner(self.data.get(WORDS), path), self.language) or shown(
                _inner(self.data, path), self.language
            )
        if name in ABOUT:
            return shown(_inner(self.data.get(OF_RECORD), name), self.language)
        if name == "owner.name":
            return about.owner
        if name == "owner.first_name":
            return about.owner.partition(" ")[0]
        if name == "contact.full_name":
            return f"{about.first_name} {about.last_name}".strip() or about.organisation
        if name == "unsubscribe_url":
            return self.way_out() if self.way_out else ""
        if name == "days_inactive":
            return shown(about.days_inactive)
        if name.startswith("contact."):
            return str(getattr(about, name.removeprefix("contact."), "")).strip()
        return ""


def read_facts(contact_ids: Collection[int], author_ids: Collection[int], *, now: datetime) -> Facts:
    """Read the facts of a batch: three queries whatever its size."""
    rows = Contact.objects.filter(pk__in=contact_ids).values_list(
        "pk", "first_name", "last_name", "organisation", "city", "email", "phone", "language", "custom",
        "last_two_way_at", "created_at", "owner__full_name", "owner__email",
    )  # fmt: skip
    contacts = {
        pk: ContactFacts(
            first, last, firm, city, email, phone, language, custom,
            (now - (spoke or since)).days, owner or (address or "").partition("@")[0],
        )
        for pk, first, last, firm, city, email, phone, language, custom, spoke, since, owner, address in rows
    }  # fmt: skip
    people = User.objects.filter(pk__in=author_ids).values_list("pk", "full_name", "email")
    senders = {pk: name or email.partition("@")[0] for pk, name, email in people}
    return Facts(contacts, senders, Organisation.objects.current().name)


def shown(value: Any, language: str = "") -> str:
    """A stored value in words; a day, stored as 2026-11-20, as that language says it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(one, language) for one in value)
    if isinstance(value, dict):
        return ""
    text = str(value).strip()
    return day_in_words(text, language) if _DAY.fullmatch(text) else text


@lru_cache(maxsize=4096)
def day_in_words(day: str, language: str) -> str:
    """ "20 November 2026", "20 de noviembre de 2026"; as it is stored where it is no day or the language is unknown."""
    if not check_for_language(language or "en"):
        return day
    try:
        with translation.override(language or "en"):
            english = (language or "en").partition("-")[0] == "en"
            return date_format(date.fromisoformat(day), "j F Y" if english else "DATE_FORMAT")
    except ValueError:
        return day


def _inner(data: Any, path: str) -> Any:
    found: Any = data
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
