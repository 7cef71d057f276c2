"""Checking one row after the other: from cells to the values that are stored, or to the reasons why not.

Plain functions of plain data, remembered where values repeat: no forms, no database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.addresses import BadAddress, normal_email, normal_phone
from crm.contact_fields import LIFECYCLES, one_line
from crm.countries import country_code
from crm.custom_values import PARSERS, BadCustomValue, parse_date, parse_list, parse_yes_no
from crm.importing.guessing import CHANNEL_WORDS
from crm.importing.words import lifecycle_of, plain
from crm.zones import zone_names

LENGTHS = {
    "first_name": 200,
    "last_name": 200,
    "organisation": 200,
    "job_title": 200,
    "external_id": 200,
    "language": 16,
    "city": 200,
    "source": 200,
}
OPT_OUTS = {"email_opt_out": "email", "call_opt_out": "call", "sms_opt_out": "sms"}
#: Everything that a column can be mapped to, with its words.
TARGETS: dict[str, str] = {
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "Full name",
    "organisation": "Organisation",
    "job_title": "Job title",
    "email": "E-mail",
    "other_emails": "Further e-mail",
    "phone": "Phone",
    "other_phones": "Further phone",
    "external_id": "External id",
    "lifecycle": "Lifecycle",
    "source": "Source",
    "owner": "Owner",
    "tags": "Tags",
    "country": "Country",
    "city": "City",
    "language": "Language",
    "time_zone": "Time zone",
    "preferred_channel": "Preferred channel",
    "rhythm_days": "Rhythm in days",
    "email_opt_out": "Wants no e-mail",
    "call_opt_out": "Wants no calls",
    "sms_opt_out": "Wants no SMS",
    "shares_address": "Shares an address",
}
_NAMES = {"first_name", "last_name", "full_name"}
#: Longest list of choices that an import may teach a field that it made.
MOST_LEARNED = 200


class BadCell(ValueError):
    """A value for which the row is refused; the text is a sentence."""


class LeftOut(ValueError):
    """A value that is dropped while the row is stored; the text is a sentence."""


@dataclass(slots=True)
class Problem:
    row: int
    column: str
    reason: str
    left_out: bool = False
    #: Only to be known: how a word that was near enough was read. Goes with `left_out`, for the row is stored.
    read_as: bool = False


@dataclass(slots=True)
class Checked:
    """One good row: what its filled cells say, normalised. A field without a cell is not in `values`."""

    row: int
    values: dict[str, Any]
    custom: dict[str, Any]
    opt_outs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: Made ahead for COPY (see `contact_lines`); whoever changes the values empties it.
    line: str = ""


@dataclass(slots=True, kw_only=True)
class Column:
    """What to do with one column: `target` as in the mapping, with the kind and slug of a field of one's own."""

    place: int
    heading: str
    target: str
    kind: str = ""
    slug: str = ""
    choices: set[str] = field(default_factory=set)
    learns: bool = False
    date_style: str = "iso"


class Checker:
    """Checks rows against one mapping. `owners` maps e-mail addresses and names, in plain form, to ids.

    `lenient` leaves a bad value out instead of refusing its row: an address book has no clean columns, and whoever has
    one bad number in it is still somebody.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        width: int,
        country: str = "",
        empty_words: Sequence[str] = (),
        owners: Mapping[str, int] | None = None,
        neutralised: bool = False,
        lenient: bool = False,
    ) -> None:
        self._width = width
        self._country = country
        self._owners = owners or {}
        self._neutralised = neutralised
        self._lenient = lenient
        empty = frozenset(word.casefold() for word in empty_words)
        # A person may be called Null or None; a name of marks alone is nobody's.
        of_names = frozenset(word for word in empty if not any(letter.isalpha() for letter in word))
        self.columns = columns
        self._columns = [
            (
                column.place,
                column,
                of_names if column.target in _NAMES else empty,
                self._reader(column),
                0 if column.slug else LENGTHS.get(column.target, 0),
            )
            for column in columns
        ]

    def check(self, number: int, cells: Sequence[str]) -> tuple[Checked | None, list[Problem]]:
        """Return the row's values, or None with the reasons. Values left out are told beside a good row."""
        if not cells:
            return None, [Problem(number, "", getattr(cells, "broken", "") or "The row has nothing in it.")]
        if len(cells) > self._width and any(cells[self._width :]):
            return None, [Problem(number, "", f"The row has {len(cells)} cells, the heading only {self._width}.")]
        checked = Checked(number, {}, {})
        lines = getattr(cells, "left_out", ())
        problems = [Problem(number, "", f"A line makes no sense: “{line[:80]}”.", left_out=True) for line in lines]
        bad = False
        count = len(cells)
        for place, column, empty, read, most in self._columns:
            if place >= count:
                continue
            text = cells[place].strip()
            if not text or (empty and text.casefold() in empty):
                continue
            if self._neutralised:
                text = plain_again(text)
            elif most and len(text) <= most and text.isprintable():
                checked.values[column.target] = text  # nearly every text: on one line already, and no NUL in it
                continue
            try:
                if "\x00" in text:
                    raise BadCell("The text holds a NUL character.")
                read(checked, text)
            except (BadCell, BadCustomValue, BadAddress) as problem:
                bad |= not self._lenient
                problems.append(Problem(number, column.heading, str(problem), left_out=self._lenient))
            except LeftOut as problem:
                problems.append(Problem(number, column.heading, str(problem), left_out=True))
        values = checked.values
        for target in ("phone", "other_phones"):
            if target in values:
                bad |= self._phones(number, target, values, problems)
        if bad:
            return None, [problem for problem in problems if not problem.left_out]
        _tidy_addresses(values)
        if not any(name in values for name in _TELLING):
            return None, [
                Problem(number, "", "Nothing tells who this is: no name, organisation, e-mail, phone or external id.")
            ]
        return checked, problems

    def _phones(self, number: int, target: str, values: dict[str, Any], problems: list[Problem]) -> bool:
        """Phones wait until the row's country is known."""
        country = values.get("country") or self._country
        bad = False
        found = []
        for column, text in values[target]:
            try:
                found.append(normal_phone(text, country))
            except BadAddress as problem:
                problems.append(Problem(number, column, str(problem), left_out=self._lenient))
                bad = not self._lenient
        if found and not bad:
            values[target] = found[0] if target == "phone" else list(dict.fromkeys(found))
        else:
            del values[target]
        return bad

    def _reader(self, column: Column) -> Callable[[Checked, str], None]:
        """The function that reads a cell of this column into the row."""
        target = column.target
        if column.slug:
            return self._custom_reader(column)
        if target in LENGTHS:
            return _text_reader(target, LENGTHS[target])
        if target in OPT_OUTS:
            channel = OPT_OUTS[target]

            def opt_out(checked: Checked, text: str) -> None:
                if parse_yes_no(text):
                    checked.opt_outs += (channel,)

            return opt_out
        if target in ("phone", "other_phones"):
            heading = column.heading
            if target == "phone":
                return lambda checked, text: checked.values.__setitem__("phone", [(heading, text)])
            return lambda checked, text: checked.values.setdefault("other_phones", []).extend(
                (heading, part) for part in parse_list(text)
            )
        if target == "owner":
            return self._read_owner
        return _READERS[target]

    def _read_owner(self, checked: Checked, text: str) -> None:
        found = self._owners.get(text.casefold()) or self._owners.get(plain(text))
        if found is None:
            raise LeftOut(f"Nobody here is called “{text[:60]}”; the contact gets no owner from this column.")
        checked.values["owner_id"] = found

    def _custom_reader(self, column: Column) -> Callable[[Checked, str], None]:
        slug, kind = column.slug, column.kind
        if kind == "date":
            style = column.date_style
            return lambda checked, text: checked.custom.__setitem__(slug, parse_date(text, style))
        parse = PARSERS[kind]
        if kind not in ("choice", "choices"):
            return lambda checked, text: checked.custom.__setitem__(slug, parse(text))
        known = set(column.choices)

        def choose(checked: Checked, text: str) -> None:
            value = parse(text)
            for one in value if isinstance(value, list) else (value,):
                if one in known or not (known or column.learns):
                    continue
                if not column.learns or len(known) >= MOST_LEARNED:
                    raise BadCell(f"“{one[:60]}” is not one of the field's choices.")
                known.add(one)
            checked.custom[slug] = value

        return choose


_DANGEROUS = frozenset("=+-@\t\r'")


def plain_again(text: str) -> str:
    """A cell of our own export without the apostrophe that kept a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and text[1:2] in _DANGEROUS else text


_TELLING = ("first_name", "last_name", "organisation", "email", "phone", "external_id")


def _text_reader(target: str, most: int) -> Callable[[Checked, str], None]:
    label = TARGETS[target]

    def read(checked: Checked, text: str) -> None:
        text = one_line(text)
        if len(text) > most:
            raise BadCell(f"{label} has {len(text)} characters; at most {most} fit.")
        checked.values[target] = text

    return read


def _full_name(checked: Checked, text: str) -> None:
    text = one_line(text)
    if len(text) > 300:
        raise BadCell(f"The name has {len(text)} characters; at most 300 fit.")
    last, comma, first = text.partition(",")
    if not comma:
        first, _, last = text.rpartition(" ")
        if not first:
            first, last = last, ""
    if len(first) > 200 or len(last) > 200:
        raise BadCell("A first or last name has at most 200 characters.")
    checked.values.setdefault("first_name", first.strip())
    checked.values.setdefault("last_name", last.strip())


def _email(checked: Checked, text: str) -> None:
    checked.values["email"] = normal_email(text)


def _other_emails(checked: Checked, text: str) -> None:
    checked.values.setdefault("other_emails", []).extend(
        normal_email(part) for part in parse_list(text.replace(",", ";"))
    )


def _country(checked: Checked, text: str) -> None:
    code = country_code(text)
    if not code:
        raise LeftOut(f"“{text[:60]}” is not a country.")
    checked.values["country"] = code


def _zone(checked: Checked, text: str) -> None:
    if text not in zone_names():
        raise LeftOut(f"“{text[:60]}” is not a time zone.")
    checked.values["time_zone"] = text


def _lifecycle(checked: Checked, text: str) -> None:
    word = text.casefold()
    if word in LIFECYCLES:
        checked.values["lifecycle"] = word
        return
    found = lifecycle_of(text)
    if not found:
        try:
            found = "client" if parse_yes_no(text) else "new"
        except BadCustomValue:
            raise LeftOut(
                f"“{text[:60]}” is not a place in the lifecycle; a new contact counts as a new lead."
            ) from None
    checked.values["lifecycle"] = found


def _channel(checked: Checked, text: str) -> None:
    found = CHANNEL_WORDS.get(plain(text))
    if not found:
        raise LeftOut(f"“{text[:60]}” is not a channel.")
    checked.values["preferred_channel"] = found


def _rhythm(checked: Checked, text: str) -> None:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3650:
        raise BadCell(f"“{text[:60]}” is not a number of days between 1 and 3,650.")
    checked.values["rhythm_days"] = int(text)


def _tags(checked: Checked, text: str) -> None:
    for part in text.replace(",", ";").replace(":::", ";").split(";"):
        name = " ".join(part.replace("*", "").split())
        if len(name) > 60:
            raise BadCell(f"“{name[:60]}...” is too long for a tag.")
        if any(letter.isalnum() for letter in name) and name not in checked.tags:
            checked.tags += (name,)


def _shared(checked: Checked, text: str) -> None:
    if parse_yes_no(text):
        checked.values["shares_address"] = True


_READERS: Mapping[str, Callable[[Checked, str], None]] = {
    "full_name": _full_name,
    "email": _email,
    "other_emails": _other_emails,
    "country": _country,
    "time_zone": _zone,
    "lifecycle": _lifecycle,
    "preferred_channel": _channel,
    "rhythm_days": _rhythm,
    "tags": _tags,
    "shares_address": _shared,
}


def _tidy_addresses(values: dict[str, Any]) -> None:
    """The first further address is the main one where there is none; none is kept twice."""
    for main, others in (("email", "other_emails"), ("phone", "other_phones")):
        if others not in values:
            continue
        rest = [one for one in dict.fromkeys(values[others]) if one != values.get(main)]
        if main not in values and rest:
            values[main] = rest.pop(0)
        if rest:
            values[others] = rest
        else:
            del values[others]
