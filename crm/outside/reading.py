"""Reading one event as another system sent it: what can be stored of it, or what is wrong with it (A11)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crm.addresses import BadAddress, normal_email
from crm.event_kinds import CUSTOM, OUTSIDE, all_kinds, is_known
from crm.money import BadMoney, clean_currency, read_amount, show

#: Clocks of other machines run ahead a little; what comes from further away is a mistake.
CLOCKS_DIFFER = timedelta(minutes=10)
#: Nothing that a follow-up could follow from is older.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LONGEST_KEY = 190
#: Of the JSON text of `data`, in bytes.
MOST_DATA = 10_000
BIGGEST_ID = 2**63 - 1
FIELDS = ("contact", "kind", "occurred_at", "key", "amount", "currency", "data")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,49}")


class BadEvent(ValueError):
    """An event that cannot be stored: the field, and a sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        """Name the field as the sender wrote it."""
        super().__init__(sentence)
        self.field = name


@dataclass(frozen=True, slots=True)
class Named:
    """How the sender named the contact: our number, or the texts that it may be known by."""

    id: int | None = None
    external_id: str = ""
    email: str = ""

    def __str__(self) -> str:
        """As people read it on the page."""
        return self.external_id or self.email or f"number {self.id}"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event, read."""

    contact: Named
    kind: str
    occurred_at: datetime
    key: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def read(given: object, *, now: datetime, currency: str) -> Sent:
    """Read what was sent; `currency` is that of an amount without one. Raises BadEvent."""
    if not isinstance(given, Mapping):
        raise BadEvent("", "An event is an object with contact and kind.")
    if unknown := [str(name)[:40] for name in given if name not in FIELDS]:
        raise BadEvent(unknown[0], f"An event has no such field. It knows: {', '.join(FIELDS)}.")
    return Sent(
        _contact(given.get("contact")),
        _kind(given.get("kind")),
        _moment(given.get("occurred_at"), now),
        _key(given.get("key")),
        _data(given.get("data")) | _money(given.get("amount"), given.get("currency"), currency),
    )


def outside_kinds() -> list[str]:
    """The kinds from outside that have words of their own."""
    return [kind.name for kind in all_kinds() if kind.group == OUTSIDE]


def _contact(given: object) -> Named:
    if isinstance(given, int) and not isinstance(given, bool):
        if not 0 < given <= BIGGEST_ID:
            raise BadEvent("contact", "No contact can have this number.")
        return Named(id=given)
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > 254:
        raise BadEvent("contact", "Name the contact by its number, e-mail address or external id.")
    try:
        return Named(external_id=text, email=normal_email(text)) if "@" in text else Named(external_id=text)
    except BadAddress:
        return Named(external_id=text)


def _kind(given: object) -> str:
    name = given.strip() if isinstance(given, str) else ""
    if name in outside_kinds():
        return name
    own = name.removeprefix(CUSTOM)
    if not _NAME.fullmatch(own):
        raise BadEvent(
            "kind",
            f"One of {', '.join(outside_kinds())}; or a name of your own of small letters, digits and _, up to 50.",
        )
    if not name.startswith(CUSTOM) and is_known(name):
        raise BadEvent("kind", f"“{name}” is what Followthrough itself says. Take another name.")
    return CUSTOM + own


def _moment(given: object, now: datetime) -> datetime:
    if given is None:
        return now
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadEvent(
            "occurred_at", "A date and time with its offset, like 2026-11-20T09:00:00+01:00; or leave it out for now."
        ) from None
    if moment > now + CLOCKS_DIFFER:
        raise BadEvent("occurred_at", "This lies in the future. Send an event when it has happened.")
    if moment < EARLIEST:
        raise BadEvent("occurred_at", f"This lies before {EARLIEST.year}.")
    return min(moment, now)


def _key(given: object) -> str:
    if given is None:
        return ""
    text = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else None
    if text is None or len(text) > LONGEST_KEY or not text.isprintable():
        raise BadEvent("key", f"A key is a text of up to {LONGEST_KEY} printable characters.")
    return text


def _data(given: object) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise BadEvent("data", "An object with whatever you want to keep.")
    try:
        size = len(json.dumps(given, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise BadEvent("data", "This holds what JSON does not: NaN or half a character.") from None
    if size > MOST_DATA:
        raise BadEvent("data", f"At most {MOST_DATA:,} bytes; keep the rest where it is and send its address.")
    return dict(given)


def _money(amount: object, currency: object, usual: str) -> dict[str, str]:
    """Where there is an amount: itself as text, its currency, and both as people read it."""
    if currency is not None and not isinstance(currency, str):
        raise BadEvent("currency", "A code of three letters, like EUR.")
    try:
        code = clean_currency(currency) if currency else usual
    except BadMoney as problem:
        raise BadEvent("currency", str(problem)) from None
    if amount is None:
        return {"currency": code} if currency else {}
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        raise BadEvent("amount", "A number, like 1204.50.")
    try:
        exact = read_amount(amount if not isinstance(amount, str) else amount[:40], code)
    except BadMoney as problem:
        raise BadEvent("amount", str(problem)) from None
    return {"amount": str(exact), "currency": code, "amount_words": show(exact, code)}
