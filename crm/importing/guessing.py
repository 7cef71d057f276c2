"""Guessing what the columns of a file mean, from their headings and from what stands below them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from crm.addresses import BadAddress, normal_email
from crm.countries import country_code
from crm.custom_values import NO, YES, BadCustomValue, date_style, parse_date, parse_number
from crm.importing.words import EMPTY_WORDS, HEADINGS, lifecycle_of, plain
from crm.zones import zone_names

#: Fields that can take several columns: the first is the main one.
SEVERAL = {"email", "phone"}
#: A column of at most this many different values, each used several times, is a choice.
MOST_CHOICES = 60


@dataclass(slots=True)
class Guess:
    """What one column is taken for: a field, "custom:SLUG", "new:KIND", or "" for left out."""

    heading: str
    target: str
    why: str
    samples: list[str] = field(default_factory=list)
    date_style: str = ""


_FIELD_OF = {heading: name for name, headings in HEADINGS.items() for heading in headings}
_RANK = {heading: rank for headings in HEADINGS.values() for rank, heading in enumerate(headings)}
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,24}(?:\s*(?:x|ext\.?)\s*\d+)?")


@dataclass(slots=True)
class Cells:
    """What stands in one column, without blanks around it: the cells that say something, and the words for nothing
    with how often each is there."""

    values: list[str]
    empty: dict[str, int]


def columns_of(rows: Sequence[Sequence[str]]) -> list[Cells]:
    """The columns of these rows. Most repeat themselves: each different cell is looked at once."""
    columns = []
    for raw in zip_longest(*rows, fillvalue=""):
        cells = list(map(str.strip, raw))
        empty = {cell for cell in set(cells) if not cell or cell.casefold() in EMPTY_WORDS}
        values = [cell for cell in cells if cell not in empty] if empty else cells
        columns.append(Cells(values, {word: cells.count(word) for word in empty if word}))
    return columns


def guess_columns(
    headings: Sequence[str],
    cells: Sequence[Cells],
    *,
    own: Mapping[str, str],
    preset: Mapping[str, str] | None = None,
) -> list[Guess]:
    """Guess every column. `own` maps the label of each of the organisation's fields, in small letters and in plain
    form, to its slug; `preset` maps headings to targets and is believed first."""
    columns = [column.values for column in cells[: len(headings)]]
    columns += [[] for _ in headings[len(columns) :]]
    guesses = [
        _guess_alone(heading, values, own, preset or {}) for heading, values in zip(headings, columns, strict=True)
    ]
    _settle(guesses, columns, own)
    for guess, values in zip(guesses, columns, strict=True):
        if not guess.target and not guess.why:
            guess.target, guess.why = _own_kind(values)
        guess.samples = list(dict.fromkeys(values))[:3]
        if guess.target in ("new:date", "date") or guess.target.startswith("custom:"):
            guess.date_style = date_style(values[:200])
    return guesses


def find_empty_words(cells: Sequence[Cells]) -> list[str]:
    """The words in these columns that stand for "nothing filled in", the commonest first."""
    found: Counter[str] = Counter()
    for column in cells:
        found.update(column.empty)
    return sorted(found, key=lambda word: (-found[word], word))


def _guess_alone(heading: str, values: Sequence[str], own: Mapping[str, str], preset: Mapping[str, str]) -> Guess:
    if heading in preset:
        return Guess(
            heading, preset[heading], "As these exports have it" if preset[heading] else "Of use to its program only"
        )
    name = plain(heading)
    target = _FIELD_OF.get(name, "")
    if target and _fits(target, name, values):
        return Guess(heading, target, "By its heading")
    if slug := own.get(heading.casefold()) or own.get(name):
        return Guess(heading, f"custom:{slug}", "A field of yours has this name")
    if values and _share(values, _is_email) >= 0.8:
        return Guess(heading, "email", "Its values are e-mail addresses")
    if values and "phone" in name.split() and _share(values, lambda one: bool(_PHONE.fullmatch(one))) >= 0.8:
        return Guess(heading, "phone", "Its values are phone numbers")
    return Guess(heading, "", "")


def _fits(target: str, name: str, values: Sequence[str]) -> bool:
    """Whether what stands below a heading can be what the heading says; a column without values can be anything."""
    check = _VALUE_CHECKS.get(target)
    return check is None or not values or check(name, values)


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(test(one) for one in values[:300]) / len(values[:300])


def _is_email(text: str) -> bool:
    try:
        normal_email(text)
    except BadAddress:
        return False
    return True


def _is_yes_no(text: str) -> bool:
    return text.casefold() in YES or text.casefold() in NO


def _lifecycle_fits(name: str, values: Sequence[str]) -> bool:
    if _share(values, _is_yes_no) >= 0.95:  # "status: 1" says nothing, "converted: 1" does
        return bool({"converted", "client", "customer", "kunde", "isconverted"} & set(name.split()))
    return _share(values, lambda one: bool(lifecycle_of(one))) >= 0.8


def _tags_fit(name: str, values: Sequence[str]) -> bool:
    parts = [part for one in values[:300] for part in re.split(r"[;,|]", one) if part.strip()]
    return bool(parts) and sum(len(part.split()) for part in parts) / len(parts) <= 2


_VALUE_CHECKS: dict[str, Callable[[str, Sequence[str]], bool]] = {
    "external_id": lambda name, values: (
        len(set(values)) >= 0.98 * len(values) and _share(values, lambda one: len(one) <= 200) == 1
    ),
    # A few bad values do not make it another column: they are to be told, row by row.
    "email": lambda name, values: len(values) < 5 or _share(values, _is_email) >= 0.2,
    "phone": lambda name, values: len(values) < 5 or _share(values, lambda one: bool(_PHONE.fullmatch(one))) >= 0.2,
    "country": lambda name, values: _share(values, lambda one: bool(country_code(one))) >= 0.6,
    "time_zone": lambda name, values: _share(values, lambda one: one in zone_names()) >= 0.8,
    "language": lambda name, values: _share(values, lambda one: len(one) <= 16) >= 0.95,
    "lifecycle": _lifecycle_fits,
    "email_opt_out": lambda name, values: _share(values, _is_yes_no) >= 0.9,
    "call_opt_out": lambda name, values: _share(values, _is_yes_no) >= 0.9,
    "sms_opt_out": lambda name, values: _share(values, _is_yes_no) >= 0.9,
    "tags": _tags_fit,
    "preferred_channel": lambda name, values: _share(values, lambda one: plain(one) in CHANNEL_WORDS) >= 0.8,
    "first_name": lambda name, values: name != "ad" or _share(values, str.istitle) > 0.5,
}

CHANNEL_WORDS: dict[str, str] = {
    "email": "email", "e mail": "email", "mail": "email", "sms": "sms", "text": "sms", "whatsapp": "whatsapp",
    "call": "call", "phone": "call", "telephone": "call", "anruf": "call", "telefon": "call",
}  # fmt: skip


def _settle(guesses: list[Guess], columns: Sequence[Sequence[str]], own: Mapping[str, str]) -> None:
    """Let one column have each field: the heading that means it most plainly, then the fuller one. A second e-mail
    or phone column becomes another address; what is left over becomes a field of its own."""
    by_target: dict[str, list[int]] = {}
    for place, guess in enumerate(guesses):
        if guess.target and not guess.target.startswith("new:"):
            by_target.setdefault(guess.target, []).append(place)
    for target, places in by_target.items():
        places.sort(
            key=lambda place: (
                guesses[place].heading.casefold() not in own,
                _RANK.get(plain(guesses[place].heading), 99),
                -len(columns[place]),
                place,
            )
        )
        for place in places[1:]:
            if target in SEVERAL:
                guesses[place].target, guesses[place].why = f"other_{target}s", "A further address"
            elif target not in ("tags", "other_emails", "other_phones"):
                guesses[place].target, guesses[place].why = "", ""
    if "first_name" in by_target and "last_name" in by_target and "full_name" in by_target:
        whole = guesses[by_target["full_name"][0]]
        whole.target, whole.why = "", "First and last name have columns of their own"


def _own_kind(values: Sequence[str]) -> tuple[str, str]:
    """Which kind of field would hold these values."""
    if not values:
        return "new:text", "A field of its own; it has no values yet"
    different = set(values)
    if all(_is_yes_no(one) for one in different) and not different <= {"0", "1"} | _DIGITS:
        return "new:yes_no", "A field of its own: yes or no"
    if different <= {"0", "1"} and len(different) == 2:
        return "new:yes_no", "A field of its own: 0 and 1 read as no and yes"
    if _all_read(different, parse_number):
        return "new:number", "A field of its own: numbers"
    style = date_style(list(different)[:200])
    if _all_read(different, lambda one: parse_date(one, style)):
        return "new:date", f"A field of its own: dates, {style}"
    if len(different) <= MOST_CHOICES and len(values) >= 3 * len(different) and max(map(len, different)) <= 120:
        return "new:choice", f"A field of its own: a choice of {len(different)}"
    return "new:text", "A field of its own: text"


_DIGITS = frozenset("0123456789")


def _all_read(values: set[str], parse: Callable[[str], object]) -> bool:
    try:
        for one in values:
            parse(one)
    except BadCustomValue:
        return False
    return True
