"""Merge fields: {{ contact.first_name|there }} becomes the client's first name, or "there".

No loops, no conditions, no expressions: words are read once into a flat list of pieces, and filling them is one pass
over the list. What cannot be read is refused with the line that it stands on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import quote

#: Every field but the organisation's own and the facts of an automation, with what it stands for.
FIELDS: dict[str, str] = {
    "contact.first_name": "First name",
    "contact.last_name": "Last name",
    "contact.full_name": "Full name",
    "contact.organisation": "Their organisation",
    "contact.city": "City",
    "contact.email": "E-mail address",
    "contact.phone": "Phone",
    "days_inactive": "Days since you last spoke",
    "owner.first_name": "First name of their owner",
    "owner.name": "Name of their owner",
    "sender.name": "Your name",
    "organisation.name": "Your organisation",
    "unsubscribe_url": "Link to stop these messages",
    "deal.name": "Deal: name",
    "deal.amount": "Deal: amount",
    "deal.stage": "Deal: stage",
    "document.name": "Document: name",
    "document.expires_on": "Document: last day",
    "invoice.number": "Invoice: number",
    "invoice.amount": "Invoice: amount",
    "invoice.due_on": "Invoice: due date",
    "promised_date": "Day of the step that was promised",
    "meeting_date": "Day of the last meeting",
    "proposal_date": "Day of the proposal",
    "success_story": "A success story by their interest",
}
#: What an automation says of the record that somebody is in for, as it is when the message is written.
ABOUT: frozenset[str] = frozenset(
    name for name in FIELDS if name.startswith(("deal.", "document.", "invoice.")) or name.endswith(("_date", "_story"))
)
#: Shorter names that people use for the same.
ALIASES: dict[str, str] = {
    "first_name": "contact.first_name",
    "last_name": "contact.last_name",
    "full_name": "contact.full_name",
    "organisation": "contact.organisation",
    "unsubscribe_link": "unsubscribe_url",
    "booking_link": "contact.custom.booking-link",
}
BEFORE = 2000  # letters before a field that tell what it stands in: the longest address
MOST_PROBLEMS = 20
TYPICAL = 8  # letters in a name that we do not know yet
CUSTOM, DATA = "contact.custom.", "data."

#: A field is at most so long: looking for the end of each of a thousand open braces must stay cheap.
ANY = re.compile(r"\{\{(.{0,400}?)\}\}", re.DOTALL)
_INSIDE = re.compile(r"\s*([^\W\d][\w-]*(?:\.[\w-]+)*)\s*(?:\|([^|{}]*))?", re.DOTALL)
_MARKS = re.compile(r"\{%.{0,400}?%\}|\{#.{0,400}?#\}|\{[{%#]|[}%#]\}", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"]*$", re.IGNORECASE)
_LINK = re.compile(r"\b(?:href|src)\s*=\s*(?:\"([^\"]*)|'([^']*))$", re.IGNORECASE)
_LEADS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s]|tel:\+?\d)", re.IGNORECASE)


class BadWords(ValueError):
    """Words that are no template; `problems` are sentences that name the place."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


class CannotFill(ValueError):
    """Words that cannot be filled for this contact; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """One place to fill. `fallback` stands where the value is empty; None: then the words must not leave.

    `place` is what surrounds it: plain "text", "html", a whole "link", or inside an address: "host", "path", "query".
    """

    name: str
    fallback: str | None
    place: str = "text"

    def __str__(self) -> str:
        return "{{ " + self.name + ("" if self.fallback is None else "|" + self.fallback) + " }}"


@dataclass(frozen=True, slots=True)
class Words:
    """Words as read: texts and fields in their order."""

    pieces: tuple[str | Field, ...]
    fields: tuple[Field, ...] = field(default=())

    @property
    def required(self) -> list[str]:
        """The fields without a fallback, each once, in order."""
        return list(dict.fromkeys(one.name for one in self.fields if one.fallback is None))


def parse(text: str, own: frozenset[str] | None = None) -> Words:
    """Read plain words. `own` are the slugs of the organisation's own fields; None: any. Raises BadWords."""
    return _read(text, own) if "{{" in text else Words((text,))


def parse_html(text: str) -> Words:
    """Read HTML that was made from checked words: braces of its styles are left alone. Raises BadWords."""
    return _read_html(text) if "{{" in text else Words((text,))


@lru_cache(maxsize=1024)
def _read(text: str, own: frozenset[str] | None) -> Words:
    problems = [*_unknown(text, own), *(one for one in _strange(text) if "{{" in one[1])]
    if problems:
        raise BadWords([sentence for _, sentence in sorted(problems)])
    return _words(text, _text_place)


def check(text: str, own: frozenset[str] | None = None) -> list[str]:
    """What is wrong with the words of a template, each with its line: loops and stray braces too, which somebody may
    well write in a single message, but not in what is written for many."""
    return [sentence for _, sentence in sorted([*_strange(text), *_unknown(text, own)])]


@lru_cache(maxsize=1024)
def _read_html(text: str) -> Words:
    problems = _unknown(text, None, of_html=True)
    if "{{" in ANY.sub("", text):
        problems.append((0, "A field in the HTML is opened and not closed."))
    if problems:
        raise BadWords([sentence for _, sentence in sorted(problems)])
    return _words(text, _html_place)


def fill(words: Words, values: Mapping[str, str], *, otherwise: Callable[[str], str] | None = None) -> str:
    """Put the values in: escaped in HTML, quoted in addresses. Raises CannotFill where one is empty without a fallback
    (unless `otherwise` says what to show instead) or would make a link that leads elsewhere."""
    if not words.fields:
        return words.pieces[0] if words.pieces else ""  # type: ignore[return-value]  # without fields there is one text
    parts, empty = [], []
    for piece in words.pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        value = values.get(piece.name) or piece.fallback
        if value is None:
            if otherwise is None:
                empty.append(piece.name)
                continue
            value = otherwise(piece.name) if piece.place in ("text", "html") else ""
        parts.append(_PLACES[piece.place](value, piece))
    if empty:
        raise CannotFill(_empty(list(dict.fromkeys(empty))))
    whole = "".join(parts)
    return unbraced(whole) if words.fields[0].place in _PLAIN and "{" in whole else whole


def typical(text: str) -> str:
    """The words as long as they will be, more or less: each field as its fallback, or eight letters."""
    return ANY.sub(lambda found: _inside(found[1])[1] or "x" * TYPICAL, text)


def replaced(text: str, words: Callable[[str, str | None], str | None]) -> str:
    """The text with what `words` says for each field's name and fallback; None leaves it as it was written."""

    def one(found: re.Match[str]) -> str:
        name, fallback = _inside(found[1])
        said = words(name, fallback) if name else None
        return found[0] if said is None else said

    return ANY.sub(one, text)


def each(text: str) -> Iterator[tuple[str, str, str | None]]:
    """Everything between braces as (as written, name, fallback); the name is empty where it is no field's form."""
    for found in ANY.finditer(text):
        yield (found[0], *_inside(found[1]))


def known(name: str, own: frozenset[str] | None = None) -> bool:
    """Whether there is such a field."""
    if name.startswith(CUSTOM):
        return own is None or name.removeprefix(CUSTOM) in own
    return name in FIELDS or name in ALIASES or (name.startswith(DATA) and len(name) > len(DATA))


def by_automation(name: str) -> bool:
    """Whether only an automation fills the field: elsewhere it is empty."""
    return name in ABOUT or name.startswith(DATA)


def _inside(inside: str) -> tuple[str, str | None]:
    found = _INSIDE.fullmatch(inside)
    if found is None:
        return "", None
    fallback = found[2]
    if fallback is not None:
        fallback = fallback.strip()
        if fallback.startswith("default:"):
            fallback = fallback.removeprefix("default:").strip()
        if len(fallback) > 1 and fallback[0] + fallback[-1] in ("''", '""', "“”"):
            fallback = fallback[1:-1]
    return found[1], fallback


def _words(text: str, place: Callable[[str], str]) -> Words:
    pieces: list[str | Field] = []
    fields: list[Field] = []
    end, before = 0, ""
    for found in ANY.finditer(text):
        if found.start() > end:
            pieces.append(text[end : found.start()])
        before = (before + text[end : found.start()])[-BEFORE:]
        inside = html.unescape(found[1]) if place is _html_place else found[1]
        name, fallback = _inside(inside)
        fields.append(Field(name, fallback, place(before)))
        pieces.append(fields[-1])
        end, before = found.end(), before + "x"
    if end < len(text) or not pieces:
        pieces.append(text[end:])
    return Words(tuple(pieces), tuple(fields))


def _text_place(before: str) -> str:
    address = _ADDRESS.search(before)
    return _inside_address(address[0]) if address else "text"


def _html_place(before: str) -> str:
    link = _LINK.search(before)
    if link is None:
        return "html"
    address = link[1] if link[1] is not None else link[2]
    return _inside_address(address) if address else "link"


def _inside_address(address: str) -> str:
    if re.fullmatch(r"https?://[^/?#]*", address, re.IGNORECASE):
        return "host"
    return "query" if "?" in address or "#" in address else "path"


def _in_html(value: str, _: Field) -> str:
    return html.escape(value).replace("{", "&#123;").replace("}", "&#125;")


def _as_link(value: str, of: Field) -> str:
    value = value.strip()
    if value and not _LEADS.match(value):
        raise CannotFill(f"{{{{ {of.name} }}}} would make a link of “{value[:60]}”, which is no address.")
    return _in_html(value, of)


def _in_host(value: str, of: Field) -> str:
    if value and value[0] not in "/?#":
        raise CannotFill(f"{{{{ {of.name} }}}} would change the site that a link leads to.")
    return quote(value, safe="/?#=&")


def _in_path(value: str, _: Field) -> str:
    return quote(value, safe="/")


def _in_query(value: str, _: Field) -> str:
    return quote(value, safe="")


_PLACES: dict[str, Callable[[str, Field], str]] = {
    "text": lambda value, _: value,
    "html": _in_html,
    "link": _as_link,
    "host": _in_host,
    "path": _in_path,
    "query": _in_query,
}
_PLAIN = ("text", "host", "path", "query")


def unbraced(text: str) -> str:
    """Words of others, a value or the subject of their mail, that must not read as a field later."""
    for mark in ("{{", "{%", "{#"):
        while mark in text:
            text = text.replace(mark, f"{{ {mark[1]}")
    return text


def _empty(names: list[str]) -> str:
    fields = ", ".join(f"{{{{ {name} }}}}" for name in names)
    alone = len(names) == 1
    return f"{fields} {'is' if alone else 'are'} empty for this contact, and no words stand in for {'it' if alone else 'them'}."


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _short(written: str) -> str:
    written = " ".join(written.split())
    return written if len(written) <= 60 else written[:57] + "…"


def _strange(text: str) -> list[tuple[int, str]]:
    """Braces that are no field: loops, comments, and what is opened or closed alone."""
    bare = ANY.sub(lambda found: "\x00" * len(found[0]), text) if "{{" in text else text
    found = []
    for mark in _MARKS.finditer(bare):
        said, line = mark[0], _line(text, mark.start())
        if len(said) > 2:
            found.append((line, f"Line {line}: {_short(said)} is not understood: there are fields, no loops."))
        elif said[0] == "{":
            found.append((line, f"Line {line}: {said} is opened and not closed."))
        elif said == "}}":
            found.append((line, f"Line {line}: }}}} closes nothing."))
        if len(found) == MOST_PROBLEMS:
            break
    return found


def _unknown(text: str, own: frozenset[str] | None, *, of_html: bool = False) -> list[tuple[int, str]]:
    found = []
    for one in ANY.finditer(text):
        name, _ = _inside(html.unescape(one[1]) if of_html else one[1])
        if not name or not known(name, own):
            line = _line(text, one.start())
            found.append((line, f"Line {line}: {_short(one[0])} is not a field{_meant(name, own)}"))
            if len(found) == MOST_PROBLEMS:
                break
    return found


def _meant(name: str, own: frozenset[str] | None) -> str:
    every = [*FIELDS, *(CUSTOM + slug for slug in own or ())]
    near = get_close_matches(name, every, n=1, cutoff=0.85)
    if not near and name:  # a first name without "contact."
        tails = {one.rpartition(".")[2]: one for one in every}
        near = [tails[tail] for tail in get_close_matches(name.rpartition(".")[2], tails, n=1, cutoff=0.7)]
    return f"; did you mean {near[0]}?" if near else "."
