"""Values of an organisation's own fields: from what was typed to what is stored, and to what is shown (A12)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from crm.day_words import say_day

YES = frozenset("yes y true t 1 x on ja j oui o si sì sí sim s да taip igen tak ano evet da ναι 是 はい 예 نعم".split())
NO = frozenset("no n false f 0 off nein non nee não nao нет ne nem nie hayır ei nej όχι 否 いいえ 아니요 لا".split())

MAX_TEXT = 10_000
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|\d{1,3}(?:[ ,.'’\u00a0]\d{3})+(?:[.,]\d+)?)")
_MONEY_MARKS = re.compile(r"^[^\d+-]{0,4}|[^\d]{0,4}$")
_LIST = re.compile(r"\s*[;|]\s*")


class BadCustomValue(ValueError):
    """A value that does not fit its field; the text is a sentence."""


def parse_yes_no(text: str) -> bool:
    word = text.strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadCustomValue(f"“{_short(text)}” is neither yes nor no.")


@lru_cache(maxsize=20_000)
def parse_number(text: str) -> int | float:
    """Read 1204, 1,204.50, 1.204,50 or 1 204. A lone mark is the decimal one, but "1,204" is a thousand and more."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        raise BadCustomValue(f"“{_short(text)}” is not a number.")
    plain = re.sub(r"[ '’\u00a0]", "", plain)
    mark = max(plain.rfind("."), plain.rfind(","))
    if mark >= 0:
        other = "," if plain[mark] == "." else "."
        repeated = plain.count(plain[mark]) > 1 or re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", plain) is not None
        plain = plain.replace(other, "")
        plain = plain.replace(",", "").replace(".", "") if repeated else plain.replace(",", ".")
    if "." not in plain:
        if len(plain) > 18:
            raise BadCustomValue(f"“{_short(text)}” is too large a number.")
        return int(plain)
    number = float(plain)
    if not math.isfinite(number):
        raise BadCustomValue(f"“{_short(text)}” is too large a number.")
    return number


def parse_money(text: str) -> int | float:
    return parse_number(_MONEY_MARKS.sub("", text.strip()))


#: Orders of day and month are told apart by the file, not by the row: see `date_style`.
DATE_STYLES: Mapping[str, tuple[str, ...]] = {
    "iso": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "day first": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"),
    "month first": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y"),
}


@lru_cache(maxsize=50_000)
def parse_date(text: str, style: str = "iso") -> str:
    """Return the ISO date. A time after the date is dropped. Raises BadCustomValue for a day that does not exist."""
    plain = _without_time(text.strip())
    found = _day(plain, style)
    # 31/02/2026 in a day-first file is a bad date, not another order.
    if found is None and (style == "iso" or not re.fullmatch(r"[\d./-]+", plain) or re.match(r"\d{4}", plain)):
        found = next((day for other in DATE_STYLES if (day := _day(plain, other))), None)
    if found is None or found.year < 1000:
        raise BadCustomValue(f"“{_short(text)}” is not a date. Use a form like 2026-11-20.")
    return found.isoformat()


def date_style(samples: Sequence[str]) -> str:
    """Tell which order of day and month a column uses: the one that reads most of its values."""
    days = [_without_time(sample.strip()) for sample in samples]
    return max(DATE_STYLES, key=lambda style: sum(_day(day, style) is not None for day in days))


def _without_time(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ][\d:.,+Z-]*", text):
        return text[:10]
    return re.sub(r" \d{1,2}:[\d:.]+( ?[AaPp][Mm])?$", "", text)


def _day(text: str, style: str) -> date | None:
    """The day, if one of the style's forms reads the text."""
    for form in DATE_STYLES[style]:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - only the day is kept
        except ValueError:
            continue
    return None


def parse_text(text: str) -> str:
    if "\x00" in text:
        raise BadCustomValue("The text holds a NUL character.")
    if len(text) > MAX_TEXT:
        raise BadCustomValue(f"The text has {len(text)} characters; at most {MAX_TEXT} fit.")
    return text.strip()


def parse_list(text: str) -> list[str]:
    return [part for part in _LIST.split(parse_text(text)) if part]


PARSERS: Mapping[str, Callable[[str], Any]] = {
    "text": parse_text,
    "number": parse_number,
    "money": parse_money,
    "date": parse_date,
    "choice": parse_text,
    "choices": parse_list,
    "yes_no": parse_yes_no,
}


def parse_value(kind: str, value: Any, choices: Sequence[str] = ()) -> Any:
    """Return what is stored for a typed or sent value, None for an empty one. Raises BadCustomValue."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        value = value.isoformat()[:10]
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(part) for part in value)
    parsed = PARSERS[kind](str(value))
    chosen = parsed if isinstance(parsed, list) else [parsed]
    if kind in ("choice", "choices") and choices:
        for one in chosen:
            if one not in choices:
                raise BadCustomValue(f"“{_short(one)}” is not one of {', '.join(choices[:12])}.")
    return None if parsed == "" else parsed


def show_value(kind: str, value: Any) -> str:
    """Say a stored value in words; `parse_value` reads them back to the same."""
    if value is None:
        return ""
    if kind == "yes_no":
        return "yes" if value else "no"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def say_value(kind: str, value: Any) -> str:
    """Say a stored value where people read: as `show_value`, but a date as "2 Jul 2029" and money as "13,000"; a number
    of four digits may be a year, so only longer ones are divided."""
    if kind == "date" and value:
        return say_day(str(value))
    if kind in ("money", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        whole = float(value).is_integer()
        if kind == "money":
            return f"{value:,.0f}" if whole else f"{value:,.2f}"
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return show_value(kind, value)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
