"""What a deal may hold: each field from what was typed or sent to what is stored, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm.contact_fields import BadValue, clean_text, one_line
from crm.money import BadMoney, clean_currency, read_amount, show

MAX_NOTES = 20_000
FIRST_YEAR, LAST_YEAR = 1900, 9000

#: The fields that people fill in, as a sentence calls them.
LABELS: Mapping[str, str] = {
    "name": "name",
    "contact_id": "contact",
    "partner_id": "partner",
    "product_id": "product",
    "amount": "amount",
    "currency": "currency",
    "probability": "chance",
    "opened_on": "day of opening",
    "expected_on": "day it should be decided",
    "owner_id": "owner",
    "notes": "notes",
    "external_id": "external id",
}


def _name(value: Any) -> str:
    text = clean_text("The name", 200)(value, "")
    if not text:
        raise BadValue("A deal needs a name.")
    return text


def _notes(value: Any) -> str:
    text = str(value or "").replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise BadValue("The notes hold a NUL character.")
    if len(text) > MAX_NOTES:
        raise BadValue(f"Notes have at most {MAX_NOTES:,} characters; these have {len(text):,}.")
    return "\n".join(one_line(line) for line in text.split("\n"))


def _probability(value: Any) -> int | None:
    if value in (None, ""):
        return None
    try:
        share = int(str(value).strip().removesuffix("%"))
    except ValueError:
        raise BadValue("The chance is a whole number of per cent.") from None
    if not 0 <= share <= 100:
        raise BadValue("The chance is between 0 and 100 per cent.")
    return share


def _day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise BadValue(f"“{str(value)[:20]}” is not a day. Write it like 2026-11-20.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadValue(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def _as_is(value: Any) -> Any:
    return value


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "name": _name,
    "notes": _notes,
    "probability": _probability,
    "opened_on": _day,
    "expected_on": _day,
    "external_id": lambda value: clean_text("The external id", 200)(value, ""),
    "contact_id": _as_is,
    "partner_id": _as_is,
    "product_id": _as_is,
    "owner_id": _as_is,
}


def clean_deal(values: Mapping[str, Any], *, currency: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is to be stored, and a sentence for each field that cannot be.

    An amount without a currency is in `currency`. Raises KeyError for a field that does not exist.
    """
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for name, value in values.items():
        if name in ("amount", "currency"):
            continue
        try:
            good[name] = _RULES[name](value)
        except BadValue as problem:
            bad[name] = str(problem)
    if "amount" in values or "currency" in values:
        _clean_money(values, currency, good, bad)
    return good, bad


def _clean_money(values: Mapping[str, Any], currency: str, good: dict[str, Any], bad: dict[str, str]) -> None:
    try:
        code = clean_currency(str(values["currency"])) if values.get("currency") else ""
    except BadMoney as problem:
        bad["currency"] = str(problem)
        return
    amount: Decimal | None = None
    if values.get("amount") not in (None, ""):
        code = code or currency
        try:
            amount = read_amount(values["amount"], code)
        except BadMoney as problem:
            bad["amount"] = str(problem)
            return
        if amount < 0:
            bad["amount"] = "A deal is worth nothing or more."
            return
    good["amount"], good["currency"] = amount, code


def currency_doubt(before: tuple[Decimal | None, str], after: tuple[Decimal | None, str], *, number_meant: bool) -> str:
    """The question to ask where a currency changes and the number does not: a price is rarely the same in both."""
    (was, old), (becomes, new) = before, after
    if number_meant or was is None or becomes is None or not old or old == new or was != becomes:
        return ""
    return f"{show(was, old)} would become {show(becomes, new)}. Say that this is meant, or write the amount in {new}."
