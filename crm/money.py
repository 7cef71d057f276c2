"""Amounts of money: read as people type them, kept as decimals with an ISO 4217 currency, and shown in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_name, get_currency_precision

from crm.custom_values import BadCustomValue, parse_money

#: What the database holds: fifteen digits before the mark.
LARGEST = Decimal(10) ** 15


class BadMoney(ValueError):
    """An amount or a currency that cannot be; the text is a sentence."""


@cache
def currencies() -> dict[str, str]:
    """The currencies that are money somewhere today, by code, each with its English name (CLDR)."""
    codes = {
        code
        for known in get_global("territory_currencies").values()
        for code, _, until, tender in known
        if until is None and tender
    }
    return {code: get_currency_name(code, locale="en") for code in sorted(codes)}


def clean_currency(text: str) -> str:
    """The code in capitals. Raises BadMoney for what is no currency of today."""
    code = text.strip().upper()
    if code not in currencies():
        raise BadMoney(f"“{text.strip()[:20]}” is not a currency. Use its code of three letters, like EUR.")
    return code


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount with as many decimals as the currency has: none in JPY, two in EUR, three in KWD."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


def read_amount(value: object, currency: str) -> Decimal:
    """Read a number or what somebody typed: 1204, 1,204.50, 1.204,50, € 1204. Raises BadMoney."""
    try:
        amount = Decimal(str(parse_money(value) if isinstance(value, str) else value))
    except (BadCustomValue, ArithmeticError) as problem:
        said = str(problem) if isinstance(problem, BadCustomValue) else "This is not an amount."
        raise BadMoney(said) from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise BadMoney("This amount is too large.")
    exact = rounded(amount, currency)
    if exact != amount:
        places = get_currency_precision(currency)
        raise BadMoney(
            f"{currency} has {places} decimals; this amount has more." if places else f"{currency} has none."
        )
    return exact


@lru_cache(maxsize=20_000)
def show(amount: Decimal, currency: str) -> str:
    """ "€1,204.50": for people, in English."""
    return format_currency(amount, currency, locale="en") if currency else f"{amount:,.2f}"


def totals(amounts: Iterable[tuple[Decimal | None, str]]) -> dict[str, Decimal]:
    """The sum in each currency, the largest first; currencies are never added to each other."""
    sums: dict[str, Decimal] = {}
    for amount, currency in amounts:
        if amount is not None:
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]))


def show_totals(sums: Mapping[str, Decimal]) -> str:
    """ "€1,204.50 and $300.00", empty for nothing."""
    return " and ".join(show(amount, currency) for currency, amount in sums.items())
