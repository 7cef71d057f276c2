"""vCards as rows of a table, so that they go the way of every other file: one row a card, one column a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crm.importing.text_files import Unreadable
from crm.importing.vcards import BULKY, Card, Property, read_cards

#: Columns in their order; only those that some card fills are shown.
KNOWN = (
    "Full name", "First name", "Middle name", "Last name", "Name prefix", "Name suffix", "Nickname", "Organisation",
    "Department", "Job title", "Role", "E-mail", "Other e-mails", "Phone", "Other phones", "Fax", "Pager", "Street",
    "City", "Region", "Postal code", "Country", "Other addresses", "Birthday", "Anniversary", "Gender", "Website",
    "Messenger", "Related", "Note", "Tags", "Language", "Time zone", "UID",
)  # fmt: skip
#: Most columns beside the known ones.
MOST_OTHERS = 200
#: What tells only programs something, and is not offered.
_SILENT = BULKY | {
    "VERSION", "PRODID", "REV", "MAILER", "CLASS", "SORT-STRING", "KIND", "SOURCE", "PROFILE", "AGENT", "CLIENTPIDMAP", "FBURL",
    "CALURI", "CALADRURI", "CAPURI", "XML", "LABEL", "GEO", "MEMBER", "X-ABLABEL", "X-ABADR",
}  # fmt: skip
_PLAIN = {
    "FN": "Full name", "NICKNAME": "Nickname", "TITLE": "Job title", "ROLE": "Role", "GENDER": "Gender",
    "URL": "Website", "IMPP": "Messenger", "NOTE": "Note", "UID": "UID",
}  # fmt: skip
#: Fields of programs for themselves: shown as written, and left out unless somebody asks for them.
_PROGRAMS = re.compile(
    r"X-(?:FC|ETAG$|ID$|AB(?!DATE|RELATEDNAMES)|IMAGE|PHONETIC|MS-|MOZILLA|EVOLUTION-(?!SPOUSE|MANAGER|ASSISTANT|ANNIVERSARY)|CROP|GW|"
    r"KADDRESSBOOK|SONYERICSSON|IRMC|WAB|REV|ACCOUNT|SYNC|ADDRESSBOOKSERVER|APPLE|CALENDARSERVER|PALM|ESI|EPOCSECOND|OL-)"
)  # fmt: skip
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_MARKS = re.compile(r"_\$!<(.*)>!\$_")


class CardCells(list[str]):
    """The cells of a card. An empty one is refused for `broken`; `left_out` are lines that made no sense."""

    __slots__ = ("broken", "left_out")

    def __init__(self, cells: list[str], broken: str = "", left_out: tuple[str, ...] = ()) -> None:
        super().__init__(cells)
        self.broken = broken
        self.left_out = left_out


def card_headings(path: Path, encoding: str) -> list[str]:
    """Go through the file once and name the columns that its cards fill. Raises Unreadable where no card is whole."""
    used: dict[str, None] = {}
    whole = 0
    why = ""
    for card in read_cards(path, encoding):
        whole += not card.broken
        why = why or card.broken
        if not card.broken and len(used) < MOST_OTHERS + len(KNOWN):
            used |= dict.fromkeys(meanings(card))
    if not whole:
        raise Unreadable(f"There is no whole card in this vCard file. {why}".strip())
    others = [name for name in used if name not in KNOWN]
    return [name for name in KNOWN if name in used] + others[:MOST_OTHERS]


def card_rows(path: Path, encoding: str, headings: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the card, its cells) for every card, the broken ones too."""
    for card in read_cards(path, encoding):
        if card.broken:
            yield card.number, CardCells([], card.broken)
            continue
        found = meanings(card)
        cells = [found.get(name, "") for name in headings]
        if not any(cell.strip() for cell in cells):
            cells = []
        yield card.number, CardCells(cells, "The card has nothing in it.", tuple(card.strange))


def meanings(card: Card) -> dict[str, str]:
    """What a card says, by column."""
    found: dict[str, list[str]] = {}
    labels = {one.group: _label(one.text) for one in card.properties if one.name == "X-ABLABEL" and one.group}
    for one in card.properties:
        if one.name in _SILENT or one.name in ("TEL", "EMAIL", "ADR"):
            continue
        for name, text in _of_property(one, labels):
            if text.strip():
                found.setdefault(name, []).append(text.strip())
    cells = {name: _joined(name, texts) for name, texts in found.items()}
    _addresses(card, cells)
    if cells.get("First name") or cells.get("Last name"):
        cells.pop("Full name", None)
    return {name: text for name, text in cells.items() if text}


def _of_property(one: Property, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
    if one.name == "N":
        parts = [part.replace("\n", " ") for part in one.parts()]
        yield from zip(("Last name", "First name", "Middle name", "Name prefix", "Name suffix"), parts, strict=False)
    elif one.name == "ORG":
        first, *rest = one.parts()
        yield "Organisation", first
        yield "Department", ", ".join(part for part in rest if part)
    elif one.name == "CATEGORIES":
        yield "Tags", "; ".join(one.parts(","))
    elif one.name in ("BDAY", "ANNIVERSARY"):
        yield "Birthday" if one.name == "BDAY" else "Anniversary", _day(one.text)
    elif one.name == "LANG":
        yield "Language", one.text.replace("_", "-")
    elif one.name == "TZ":
        yield "Time zone", one.text
    elif one.name in ("RELATED", "X-ABRELATEDNAMES", "X-ABDATE"):
        yield labels.get(one.group) or "Related", _day(one.text)
    elif one.name in _PLAIN:
        text = one.text
        yield _PLAIN[one.name], text.removeprefix("urn:uuid:") if one.name == "UID" else text
    else:
        yield other_heading(one.name), " ".join(one.text.split("\n"))[:5_000]


def other_heading(name: str) -> str:
    """The column of a line without a known meaning: X-PASSPORT-NO becomes "Passport no"; programs' own stay as written."""
    if _PROGRAMS.match(name):
        return name
    words = name.removeprefix("X-").removeprefix("EVOLUTION-").replace("-", " ").replace("_", " ").strip()
    plain = words[:1].upper() + words[1:].lower()
    return plain if plain and plain not in KNOWN else f"{plain} ({name})"


#: Of what may stand once, the first is taken.
_ONCE = frozenset({
    "Full name", "First name", "Middle name", "Last name", "Name prefix", "Name suffix", "Organisation", "Birthday",
    "Anniversary", "Language", "Time zone", "UID", "Job title",
})  # fmt: skip


def _joined(name: str, texts: list[str]) -> str:
    different = list(dict.fromkeys(texts))
    if name in _ONCE:
        return different[0]
    return ("\n\n" if name == "Note" else "; ").join(different)


def _addresses(card: Card, cells: dict[str, str]) -> None:
    """E-mails, phones and places: the preferred one first, a mobile before a desk, numbers of machines apart."""
    emails = sorted((one for one in card.properties if one.name == "EMAIL" and one.text.strip()), key=_rank)
    _main_and_others(cells, "E-mail", "Other e-mails", [_address(one) for one in emails])
    phones = [one for one in card.properties if one.name == "TEL" and one.text.strip()]
    for machine, heading in (("fax", "Fax"), ("pager", "Pager")):
        cells[heading] = "; ".join(dict.fromkeys(_address(one) for one in phones if machine in one.types))
    people = sorted(
        (one for one in phones if not one.types & {"fax", "pager"}),
        key=lambda one: (_rank(one), "cell" not in one.types),
    )
    _main_and_others(cells, "Phone", "Other phones", [_address(one) for one in people])
    places = sorted(
        (one for one in card.properties if one.name == "ADR" and any(one.parts())),
        key=lambda one: (_rank(one), "work" not in one.types),
    )
    if places:
        parts = [*places[0].parts(), *[""] * 7]
        street = ", ".join(part for part in (parts[2], parts[1], parts[0]) if part)
        cells["Street"] = ", ".join(street.splitlines())
        cells["City"], cells["Region"], cells["Postal code"], cells["Country"] = parts[3:7]
        cells["Other addresses"] = "; ".join(
            ", ".join(" ".join(part.split()) for part in one.parts() if part) for one in places[1:]
        )


def _rank(one: Property) -> int:
    """Nought for the one to use first: PREF=1 in 4.0, a type in 3.0 and 2.1."""
    given = one.params.get("PREF", "")
    if given.isascii() and given.isdigit():
        return min(int(given), 100) if len(given) < 4 else 100
    return 0 if "pref" in one.types else 101


def _address(one: Property) -> str:
    text = one.text.strip()
    lower = text.lower()
    for scheme in ("tel:", "mailto:"):
        if lower.startswith(scheme):
            text = text[len(scheme) :].partition(";")[0]
    return text


def _main_and_others(cells: dict[str, str], main: str, others: str, texts: list[str]) -> None:
    different = list(dict.fromkeys(texts))
    cells[main] = different[0] if different else ""
    cells[others] = "; ".join(different[1:])


def _day(text: str) -> str:
    """A day in ISO form where the text is one."""
    found = _DAY.fullmatch(text.strip())
    return "-".join(found.groups()) if found else text


def _label(text: str) -> str:
    """A label of Apple's address book without the marks round it."""
    found = _MARKS.fullmatch(text.strip())
    label = " ".join((found[1] if found else text).split())[:80]
    return f"{label} (own label)" if label in KNOWN and label not in ("Anniversary", "Related", "Messenger") else label
