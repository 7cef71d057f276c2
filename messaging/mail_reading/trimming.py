"""Cuts what a person wrote anew from what her mail program quoted, and from signatures.

Works on lines: each is text, empty, quoted, an announcement (“… wrote:”), a divider, or a machine's signature. A
quoted mail that nothing but its announcement sets off ends the new text; quotes between answers stay, for the answer
means nothing without them. The new text is never empty where the mail was not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .html_text import QUOTE_MARK, html_to_text
from .quote_words import CLOSINGS, DIVIDERS, LABELS, OPENINGS, SIGNATURES

#: Lines beyond these are taken for quoted without looking.
MAX_LINES = 10_000
#: How many lines are compared with all that the mail programs of the world write; a mail has a few that may be one.
_MAX_TRIES = 400
#: Over how many lines an announcement may be broken, and how long it may be.
_WRAPPED = 6
_MAX_ANNOUNCEMENT = 400

TEXT, EMPTY, QUOTED, NAMED, ANNOUNCED, SIGNED = "text", "empty", "quoted", "named", "announced", "signed"


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The new text, and what was cut."""

    new: str
    quoted: str


def trimmed(text: str, html: str = "", *, plain: bool = True) -> Trimmed:
    """Return the new text of a mail. `plain` says that `text` was written plain, not made from the HTML."""
    if html:
        _, new, marked = html_to_text(html)
        if not plain:
            return _without_marks(_cut(new if marked else text), text)
        cut = _cut(text)
        if marked and not cut.quoted:
            by_html = _without_marks(_cut(new), text)
            if 0 < len(by_html.new) < len(cut.new):
                return by_html
        return cut
    return _cut(text)


def _without_marks(cut: Trimmed, text: str) -> Trimmed:
    new = re.sub(
        r"\n{3,}", "\n\n", "\n".join(line for line in cut.new.split("\n") if line.strip() != QUOTE_MARK.strip())
    )
    if not new.strip():
        return Trimmed(text.strip("\n"), "")
    # What was quoted is not in the new text any more; the whole text is nearest to it.
    return Trimmed(new.strip("\n"), text if len(new) < len(text) * 0.9 else cut.quoted)


def _cut(text: str) -> Trimmed:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    beyond = lines[MAX_LINES:]
    lines = lines[:MAX_LINES]
    kinds = [_kind(line) for line in lines]
    if not {TEXT, SIGNED} & set(kinds):
        return Trimmed(text.strip("\n"), "")
    _mark_announcements(lines, kinds)
    end = _end_of_new(lines, kinds)
    keep = _kept(lines, kinds, end)
    new = _joined(lines, keep)
    if not new.strip():
        return Trimmed(text.strip("\n"), "")
    kept = set(keep)
    rest = [line for number, line in enumerate(lines) if number not in kept and not (number < end and not line.strip())]
    return Trimmed(new, "\n".join([*rest, *beyond]).strip("\n"))


def _joined(lines: list[str], keep: list[int]) -> str:
    return "\n".join(lines[number].rstrip() for number in keep).strip("\n")


def _kind(line: str) -> str:
    bare = line.strip(" \t\u00a0\u200b\u200e\u200f\ufeff")
    if not bare:
        return EMPTY
    if bare[0] == ">" or (bare[0] == "|" and (len(bare) == 1 or bare[1] == " ")):
        return QUOTED
    if re.match(r"[A-Z][a-z]{0,9}>(?:\s|$)", bare):
        return NAMED  # supercite's way: Maria> so she wrote
    return SIGNED if len(bare) < 160 and _signature().fullmatch(bare) else TEXT


@cache
def _signature() -> re.Pattern[str]:
    return re.compile(r"[\W_]{0,4}(?:" + "|".join(SIGNATURES) + r")", re.IGNORECASE)


@cache
def _divider() -> re.Pattern[str]:
    words = "|".join(DIVIDERS)
    return re.compile(
        rf"(?:[-_=*#>~]{{2,60}}|\*)\s*(?:{words})\b.{{0,60}}|(?:begin forwarded message|début du message réexpédié"
        rf"|anfang der weitergeleiteten (?:nachricht|e-?mail)|inizio messaggio inoltrato|inicio del mensaje reenviado"
        rf"|(?:urspr(?:ü|u)ngliche nachricht|original message|message d'origine|mensaje original|mensagem original)):?\s*$"
        r"|-{4,} ?reply (?:above|message)|-{4,} ?original ?-{4,}",
        re.IGNORECASE,
    )


@cache
def _label() -> tuple[re.Pattern[str], dict[str, str]]:
    stands_for = {label: what for what, labels in LABELS.items() for label in labels}
    longest_first = sorted(stands_for, key=len, reverse=True)
    labels = "|".join(re.escape(label) for label in longest_first)
    return re.compile(
        rf"\s{{0,12}}[*_\u200e\u200f]{{0,2}}({labels})\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$|[^/\s])", re.IGNORECASE
    ), stands_for


@cache
def _announcement() -> tuple[re.Pattern[str], re.Pattern[str]]:
    openings = "|".join(sorted(OPENINGS, key=len, reverse=True))
    return (
        re.compile(rf"[^\w\n]{{0,3}}(?:(?:{openings})(?!\w)|(?:{openings})(?=\d)|\d|[^\x00-\u024f])", re.IGNORECASE),
        re.compile("|".join(CLOSINGS), re.IGNORECASE),
    )


_ISO_DATE = re.compile(r"(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}")
_GMAIL_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)\S{0,6} \S")
_MAY_OPEN = re.compile(r"\d|@|<|\bwrote|[^\x00-\x7f]")


def _mark_announcements(lines: list[str], kinds: list[str]) -> None:
    """Mark “On …, … wrote:”, also where it was broken over some lines."""
    number = tries = 0
    while number < len(lines) and tries < _MAX_TRIES:
        may = kinds[number] == TEXT and len(lines[number]) <= _MAX_ANNOUNCEMENT and _MAY_OPEN.search(lines[number])
        tries += bool(may)
        length = _announcement_at(lines, kinds, number) if may else 0
        if not length and kinds[number] == TEXT and _leads_to_quote(lines, kinds, number):
            length = 1
        for at in range(number, number + length):
            kinds[at] = ANNOUNCED
        number += max(1, length)


def _announcement_at(lines: list[str], kinds: list[str], number: int) -> int:
    """Return over how many lines an announcement stands that begins here, 0 for none."""
    first = lines[number].strip()
    joined = ""
    for length in range(1, _WRAPPED + 1):
        if number + length > len(lines):
            return 0
        line = lines[number + length - 1].strip()
        if length > 1 and not line:
            # Only a name and an address broken badly leave an empty line inside.
            if not re.match(r"(?:on|le|el|am)\b.{0,60}\d", first, re.IGNORECASE) or length > 2:
                return 0
            continue
        if line.startswith(">") and not line.startswith("> wrote") and not re.match(r">\s?\S{0,20}:$", line):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > _MAX_ANNOUNCEMENT:
            return 0
        if _announces(joined, alone=length == 1):
            # A line that announces by itself is no end of what came before, unless it closes a bracket of that.
            whole = line.count("<") >= line.count(">") and line.count("(") >= line.count(")")
            return 0 if length > 1 and whole and _announces(line, alone=True) else length
    return 0


_SENTENCES = re.compile(r"[^\W\d_]{2,}\. [A-Z][a-z]+ [a-z]")
#: The way of Horde and other web mails: “Quoting Maria <maria@example.com>:”.
_QUOTING = re.compile(
    r"(?:quoting|zitat von|citando(?: a)?|citaat van|citat|citation de|citát|цитирую|quotando)\b.{3,120}:$",
    re.IGNORECASE,
)
#: Without a date and an address, in a language that is not known, only the quote below tells.
_BEFORE_QUOTE = re.compile(r".{0,100}(?:\d\d?[:.]\d\d|(?:19|20)\d\d|\d[./-]\d).{0,120}[:：]")


def _leads_to_quote(lines: list[str], kinds: list[str], number: int) -> bool:
    """Whether a line only says whose quote follows: it ends with a colon, and the next line is quoted."""
    line = lines[number].strip()
    if len(line) > 200 or line[-1:] not in {":", "：", ">"}:
        return False
    after = next((kind for kind in kinds[number + 1 : number + 3] if kind != EMPTY), None)
    if after != QUOTED:
        return False
    _, closing = _announcement()
    ended = max((said.end() for said in closing.finditer(line)), default=0)
    if line[-1] == ">":
        return ended > 0 and bool(re.search(r"\d", line))
    return bool(_BEFORE_QUOTE.fullmatch(line)) or (ended > 0 and len(line) - ended < 4 and len(line.split()) < 7)


def _announces(joined: str, *, alone: bool) -> bool:
    has_address = "@" in joined
    has_number = bool(re.search(r"\d", joined))
    if not has_address and not has_number:
        return False
    if alone and has_address and _QUOTING.match(joined) and len(joined) < 160:
        return True
    opening, closing = _announcement()
    ends = joined[-1] in ":："
    ended = max((said.end() for said in closing.finditer(joined)), default=0)
    if ended:
        rest = len(joined) - ended
        if has_address and ends and rest < 120:
            return True
        if alone and ends and len(joined) < 160 and rest < 60 and re.search(r"\d", joined[ended:]):
            return True  # Maria schrieb am 11.05.2026:
        if not has_address and _SENTENCES.search(joined):
            return False
        if opening.match(joined) and re.search(r"\d", joined[:80]):
            return rest < 120 if ends else rest < 3 and bool(has_address or re.search(r"\d[:.]\d\d", joined))
    if ends and has_address and has_number and "<" in joined and len(joined) < 300:
        # In any language: a date, somebody's address and a colon at the end.
        return joined.rstrip(":： ").endswith((">", "さん", "님"))
    if _ISO_DATE.match(joined) and has_address and joined.endswith(">"):
        return True
    return alone and bool(_GMAIL_DATE.match(joined)) and len(joined) < 110


def _end_of_new(lines: list[str], kinds: list[str]) -> int:
    """Return the number of the line from which on all is quoted or a signature."""
    written = False
    tries = 0
    for number, kind in enumerate(kinds):
        if kind == TEXT:
            line = lines[number].strip()
            tries += ":" in line[:60]
            if line in {"--", "-- ", "—", "--\u00a0"} or re.fullmatch(r"[-–—_]{2}", line):
                if written and not _answers_after(kinds, number):
                    return number
            elif written and (
                (len(line) < 200 and _divider().match(line))
                or (tries < _MAX_TRIES and ":" in line[:60] and _is_block(lines, number))
                or _is_rule(lines, kinds, number)
            ):
                return number
            written = True
        elif kind == ANNOUNCED and written and kinds[number - 1] != ANNOUNCED:
            after = _next(kinds, number)
            if after is None or kinds[after] != QUOTED:
                return number
    return len(lines)


def _next(kinds: list[str], number: int) -> int | None:
    """Return the first line after an announcement that is neither empty nor part of it."""
    return next(
        (at for at in range(number + 1, min(len(kinds), number + 40)) if kinds[at] not in {EMPTY, ANNOUNCED}), None
    )


def _answers_after(kinds: list[str], number: int) -> bool:
    """Whether more is written below a quote that follows; then it was no signature that ends the mail."""
    seen = False
    for kind in kinds[number + 1 :]:
        seen = seen or kind == QUOTED
        if seen and kind == TEXT:
            return True
    return False


def _is_block(lines: list[str], number: int) -> bool:
    """Whether the block From, Sent, To, Subject begins here, in any of the known languages."""
    pattern, stands_for = _label()
    match = pattern.match(lines[number][:200])
    if not match:
        return False
    found: list[str] = []
    strays = 0
    for line in lines[number : number + 14]:
        if not line.strip():
            continue
        if one := pattern.match(line[:200]):
            found.append(stands_for[one[1].lower()])
        else:
            strays += 1
            if strays > 2:
                break
    first = found[0]
    distinct = set(found)
    if first == "from":
        return len(distinct) >= 2 and bool(distinct & {"sent", "date", "to", "subject"})
    return len(distinct) >= 3 and "from" in distinct


def _is_rule(lines: list[str], kinds: list[str], number: int) -> bool:
    """Whether a drawn line sets off a quoted mail, or a short signature at the end."""
    line = lines[number].strip()
    if not re.fullmatch(r"[_*=~–—-]{5,}", line):
        return False
    after = next((at for at in range(number + 1, min(len(lines), number + 5)) if lines[at].strip()), None)
    if (
        after is None
        or _is_block(lines, after)
        or kinds[after] in {ANNOUNCED, SIGNED}
        or _divider().match(lines[after].strip()[:200])
    ):
        return True
    rest = [at for at in range(after, len(lines)) if kinds[at] != EMPTY]
    alone = line[0] == "_" or (line[0] in "-*" and number > 0 and kinds[number - 1] == EMPTY)
    return alone and len(rest) <= (6 if line[0] == "_" else 4) and all(len(lines[at]) < 70 for at in rest)


#: A line that is only drawn, or the dot of a mail tracker.
_DRAWN = re.compile(r"\s*[-_,=+~#*ᐧ—–]+\s*")


def _kept(lines: list[str], kinds: list[str], end: int) -> list[int]:
    """Return the lines to keep before the end: no announcements, no quotes at either end."""
    numbers = [number for number in range(end) if kinds[number] != ANNOUNCED]
    while numbers and (kinds[numbers[-1]] in {EMPTY, QUOTED, NAMED, SIGNED} or _DRAWN.fullmatch(lines[numbers[-1]])):
        numbers.pop()
    start = 0
    while start < len(numbers) and kinds[numbers[start]] in {EMPTY, QUOTED}:
        start += 1
    return numbers[start:]
