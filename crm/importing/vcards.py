"""Reading vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350): bytes to cards, cards to properties. What a property means is not known here.

The common libraries stop at what phones and offices really write (bare parameters, quoted-printable over several lines,
letters cut in two by a fold), so the lines are read here, and nothing of a card is trusted to have an end.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

#: Longest value in characters; what is longer is cut and its card refused, unless it is one of `BULKY`.
MAX_VALUE = 200_000
#: Most lines of one card that are kept.
MAX_LINES = 2_000
#: Pictures, sounds and keys: nothing of them is read, however long they are.
BULKY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_WIDE = ("utf-16", "utf-32")
_QUOTED = re.compile(r"[^:]*QUOTED-PRINTABLE[^:]*:", re.IGNORECASE)
_CHARSET = re.compile(r"[^:]*;CHARSET=\"?([\w.:-]+)", re.IGNORECASE)
_EDGE = re.compile(r"(?:BEGIN|END)\s*:\s*VCARD\s*", re.IGNORECASE)
_HEAD = re.compile(r"(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)$")
_ESCAPE = re.compile(r"\\([\\;,:\"nN])")
_CARET = {"^n": "\n", "^'": '"', "^^": "^"}
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})


@dataclass(slots=True)
class Property:
    """One line of a card: its name in capitals, its parameters, and its value as written (escapes still in it)."""

    name: str
    value: str
    types: frozenset[str] = frozenset()
    params: dict[str, str] = field(default_factory=dict)
    group: str = ""

    @property
    def text(self) -> str:
        """The value as one text."""
        return unescape(self.value)

    def parts(self, mark: str = ";") -> list[str]:
        """The value as a list, split where the mark is not escaped."""
        found = [""]
        for piece in re.findall(rf"\\.|{mark}|[^\\{mark}]+|\\", self.value, re.DOTALL):
            if piece == mark:
                found.append("")
            else:
                found[-1] += piece
        return [unescape(part).strip() for part in found]


@dataclass(slots=True)
class Card:
    """A card by its place in the file, from 1. `broken` says why it cannot be used, `strange` are lines without sense."""

    number: int
    properties: list[Property] = field(default_factory=list)
    broken: str = ""
    strange: list[str] = field(default_factory=list)


def looks_like_cards(start: bytes) -> bool:
    """Whether a file that begins with these bytes is one of vCards, in whatever encoding."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return re.match(rb"\s*begin\s*:\s*vcard", start.replace(b"\x00", b""), re.IGNORECASE) is not None


def unescape(text: str) -> str:
    r"""A value without its escapes: \n is a new line, \, \; \: and \\ are themselves."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def read_cards(path: Path, encoding: str) -> Iterator[Card]:
    """Yield the cards of a file one after the other; `encoding` holds for lines that are not UTF-8 and name no other."""
    wide = encoding.startswith(_WIDE)
    # Folds may cut a letter in two, so lines are put together as bytes, which Latin-1 keeps one by one.
    with path.open(encoding=encoding if wide else "latin-1", newline=None, errors="replace") as file:
        number, depth, before = 0, 0, ""
        card: Card | None = None
        for line, cut in _logical(file):
            edge = _EDGE.fullmatch(line.lstrip("\ufeff\xef\xbb\xbf ")) if len(line) < 40 else None
            if edge is None:
                if card is not None and depth == 1:
                    _take(card, line, cut, encoding, wide=wide)
                before = line[:6].upper()
                continue
            if edge[0][:1] in "Ee":
                depth -= depth > 0
                if card is not None and depth == 0:
                    yield card
                    card = None
                continue
            # 2.1 puts an assistant's card inside; any other beginning means that the last card was cut off.
            if card is not None and before == "AGENT:":
                depth, before = depth + 1, ""
                continue
            if card is not None:
                card.broken = "The card has no end (END:VCARD); the next one begins in the middle of it."
                yield card
            number, depth = number + 1, 1
            card = Card(number)
        if card is not None:
            card.broken = "The card has no end (END:VCARD); the file may have been cut off."
            yield card


def _logical(file: TextIO) -> Iterator[tuple[str, bool]]:
    """Lines with what was folded put together again, and whether one was too long and is cut."""
    held: list[str] = []
    size, cut, soft, old = 0, False, False, False
    for line, short in _physical(file):
        if soft and held and not _EDGE.fullmatch(line):
            held[-1] = held[-1].removesuffix("=")
            soft = line.endswith("=")
        elif held and line[:1] in (" ", "\t"):
            # 2.1 folds beside a space and keeps it, 3 and 4 fold anywhere with one that goes.
            line = " " + line.strip() if old else line[1:]
        else:
            if held:
                yield "".join(held), cut
            held, size, cut = [], 0, False
            soft = line.endswith("=") and _QUOTED.match(line) is not None
            if line[:8].upper() == "VERSION:":
                old = "2.1" in line
        size += len(line) + 1
        cut |= short or size > MAX_VALUE
        if not cut:
            held.append(line)
        elif not held:
            held.append(line[:200])
    if held:
        yield "".join(held), cut


def _physical(file: TextIO) -> Iterator[tuple[str, bool]]:
    """Lines without their ends; one longer than any value is cut, and the second part of the pair says so."""
    while line := file.readline(MAX_VALUE):
        cut = False
        rest = line
        while rest and not rest.endswith("\n"):
            rest = file.readline(MAX_VALUE)
            cut |= bool(rest.strip())
        yield line.rstrip("\n"), cut


def _take(card: Card, line: str, cut: bool, encoding: str, *, wide: bool) -> None:
    if not line.strip():
        return
    if len(card.properties) + len(card.strange) >= MAX_LINES:
        card.broken = f"The card has more than {MAX_LINES:,} lines."
        return
    text = line if wide else _decoded(line, encoding)
    found = read_line(text, "cp1252" if wide else encoding)
    if found is None:
        # A picture in 2.1 may go on in lines of its own.
        if not (card.properties and card.properties[-1].name in BULKY and ":" not in text):
            card.strange.append(text[:200])
    elif cut and found.name not in BULKY:
        card.broken = f"{found.name} is longer than {MAX_VALUE:,} characters."
    else:
        card.properties.append(found)


def _decoded(line: str, encoding: str) -> str:
    if line.isascii():
        return line
    raw = line.encode("latin-1")
    named = _CHARSET.match(line)
    return _words(raw, named[1] if named else "", encoding)


def _words(raw: bytes, charset: str, encoding: str) -> str:
    """Bytes as text: in what they say they are if that can be, else UTF-8, else as the file."""
    for name in (charset, "utf-8", encoding):
        try:
            if name:
                return raw.decode(name)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace")


def read_line(line: str, encoding: str = "utf-8") -> Property | None:
    """One unfolded line as a property, or None where it is none."""
    head, value = _halves(line)
    if value is None:
        return None
    first, *rest = _split_quoted(head, ";")
    named = _HEAD.match(first.strip())
    if named is None:
        return None
    params: dict[str, str] = {}
    types: list[str] = []
    for one in filter(None, rest):
        name, mark, given = one.partition("=")
        name = name.strip().upper()
        if not mark:  # 2.1 leaves the names of parameters out
            name, given = ("ENCODING" if name in _ENCODINGS else "TYPE"), name
        given = re.sub(r"\^[n'^]", lambda found: _CARET[found[0]], given.strip().strip('"'))
        if name == "TYPE":
            types += [kind.strip().lower() for kind in given.replace('"', "").split(",")]
        else:
            params[name] = given
    name = named[2].upper()
    if name in BULKY:
        value = ""
    else:
        value = _opened(value, params, encoding)
    return Property(name, value, frozenset(types), params, (named[1] or "").lower())


def _opened(value: str, params: dict[str, str], encoding: str) -> str:
    """The value without its transfer encoding."""
    how = params.get("ENCODING", "").upper()
    if how == "QUOTED-PRINTABLE":
        raw = quopri.decodestring(value.encode("utf-8", "replace"))
        return _words(raw, params.get("CHARSET", ""), encoding).replace("\r\n", "\n")
    if how in ("B", "BASE64"):
        try:
            return _words(b64decode(value), params.get("CHARSET", ""), encoding)
        except (binascii.Error, ValueError):
            return ""
    return value


def _halves(line: str) -> tuple[str, str | None]:
    """What stands before and after the first colon that is not in quotation marks."""
    head = re.match(r"(?:[^\":]|\"[^\"]*\")*", line)
    end = head.end() if head else 0
    if end >= len(line) or line[end] != ":":
        end = line.find(":")
    return (line[:end], line[end + 1 :]) if end > 0 else (line, None)


def _split_quoted(text: str, mark: str) -> list[str]:
    return re.findall(rf"((?:[^\"{mark}]|\"[^\"]*\"?)*)(?:{mark}|$)", text)[: text.count(mark) + 1]
