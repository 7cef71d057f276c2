"""When somebody who is away is back: reads the dates of an out-of-office note, in many languages and forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from .date_words import BACK, INCLUSIVE, MONTHS, TOMORROW, UNTIL, WEEKDAYS

#: Nobody is away for longer; a later date is a birthday, a fair, or a mistake.
_LONGEST = timedelta(days=550)
_MAX_TEXT = 3000


@dataclass(frozen=True, slots=True)
class _Found:
    day: date
    start: int
    end: int


@cache
def _month() -> str:
    return "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    month = _month()
    ordinal = r"(?:st|nd|rd|th|er|º|ª|\.|:e|-го|-е)?"
    of = r"(?:\s?(?:de|of|do|,|-|/|\.)?\s?)"
    year = rf"(?:{of}\s?(?:del?\s)?(?P<y>(?:19|20)\d\d|\d\d(?=\D|$)))?"
    return tuple(
        (name, re.compile(pattern, re.IGNORECASE))
        for name, pattern in (
            ("ymd", r"(?<!\d)(?P<y>20\d\d)\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})(?!\d)"),
            ("md", r"(?<!\d)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일号號]"),
            ("vi", r"(?<!\d)(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})(?:\s+năm\s+(?P<y>20\d\d))?"),
            ("dmy", r"(?<![\d.])(?P<d>\d{1,2})\s?(?P<s>[./-])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<y>20\d\d|\d\d)(?!\d)"),
            ("dm", r"(?<![\d.:])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?!\d)"),
            ("slash", r"(?<![\d/])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/])"),
            ("dM", rf"(?<!\d)(?P<d>\d{{1,2}}){ordinal}{of}(?P<M>{month})\b\.?{year}"),
            ("Md", rf"\b(?P<M>{month})\.?\s?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s?(?P<y>20\d\d))?"),
        )
    )


def return_date(text: str, *, today: date | None) -> date | None:
    """Return the day on which the writer is back, or nothing if the note does not say.

    A date without a year is the next one from `today` on; without `today` only full dates are read.
    """
    text = text[:_MAX_TEXT]
    lower = text.lower().replace("t.o.m.", "till och med")
    best: tuple[int, date] | None = None
    for found in _dates(lower, today):
        if today and not today - timedelta(days=3) <= found.day <= today + _LONGEST:
            continue
        before = lower[max(0, found.start - 70) : found.start]
        before = re.split(r"[.!?。！？\n](?=\s)", before)[-1]
        after = lower[found.end : found.end + 25].split("\n")[0]
        weight = _weight(before, after)
        day = found.day
        if weight != _IS_BACK and any(word in before[-25:] + after for word in INCLUSIVE):
            day += timedelta(days=1)
        if best is None or (weight, day) > best:
            best = (weight, day)
    if best and best[0] > 0:
        return best[1]
    by_weekday = _by_weekday(lower, today)
    if by_weekday or best is None or today is None:
        return by_weekday
    return best[1] if best[1] >= today else None


_IS_BACK = 3


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    back = "|".join(map(re.escape, BACK))
    until = "|".join(re.escape(word) for word in UNTIL)
    return re.compile(back), re.compile(
        rf"(?:^|[\s\d.()]|(?<=[^\x00-\x7f]))(?:{until})[\s:(]*(?:[^\s\d]{{1,14}},?\s)?(?:the|den|dem|el|le|il|del|dnia|ngày|petsa|sa|o|o dia|dia)?\s?$"
    )


def _weight(before: str, after: str) -> int:
    back, until = _words()
    if back.search(before) or back.match(re.sub(r"^[ 日일号()月火水木金土월화수목금토、,]{1,9}", "", after)[:12]):
        # “Back” may stand before a range, whose end decides: it comes later, and the later of two equals wins.
        return _IS_BACK
    if until.search(before) or re.match(r"[^\w]{0,3}(?:\S{1,8}\s)?(?:まで|까지|तक|saakka|asti|kadar|tarihine)", after):
        return 2
    return 0


def _dates(lower: str, today: date | None) -> list[_Found]:
    found: list[_Found] = []
    taken: list[tuple[int, int]] = []
    for name, pattern in _patterns():
        for match in pattern.finditer(lower):
            if any(start < match.end() and match.start() < end for start, end in taken) or len(found) > 40:
                continue
            day = _day(name, match, today)
            if day:
                found.append(_Found(day, match.start(), match.end()))
                taken.append((match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _day(name: str, match: re.Match[str], today: date | None) -> date | None:
    groups = match.groupdict()
    first = int(groups["d"])
    month = MONTHS[groups["M"]] if groups.get("M") else int(groups["m"])
    year = int(groups["y"]) if groups.get("y") else 0
    if 0 < year < 100:
        year += 2000
    readings = [(month, first)]
    if name in {"dmy", "slash"} and (name == "slash" or groups["s"] == "/"):
        readings.append((first, month))  # 5/16 is the sixteenth of May to an American
    days = [day for one_month, one_day in readings if (day := _made(year, one_month, one_day, today))]
    if len(days) == 2 and today and abs(days[1] - today) < abs(days[0] - today) and days[0] < today:
        return days[1]
    near = [day for day in days if not today or day - today <= timedelta(days=120)]
    return next(iter(near or days), None)


def _made(year: int, month: int, day: int, today: date | None) -> date | None:
    try:
        if year:
            return date(year, month, day)
        if today is None:
            return None
        this = date(today.year, month, day)
        if this < today - timedelta(days=60):
            return date(today.year + 1, month, day)
    except ValueError:
        return None
    return this


def _by_weekday(lower: str, today: date | None) -> date | None:
    if today is None:
        return None
    back, _ = _words()
    for match in re.finditer(r"[^\W\d_]+", lower):
        before = re.split(r"[.!?\n]", lower[max(0, match.start() - 50) : match.start()])[-1]
        if match[0] in TOMORROW and back.search(before):
            return today + timedelta(days=1)
        word = match[0]
        if word not in WEEKDAYS or len(word) < 3:
            continue
        if back.search(before) or re.search(r"\b(?:until|till|bis|jusqu|hasta|fino|até|tot|do|до)\b", before):
            ahead = (WEEKDAYS[word] - today.weekday() - 1) % 7 + 1
            return today + timedelta(days=ahead)
    return None
