"""Header fields: encoded words, addresses, dates and message ids, also broken ones (RFC 5322, 2047, 6532)."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from crm.addresses import BadAddress, normal_email

from .charsets import codec, decoded

#: Longer values are cut: no real field needs more, and parsers of addresses slow down.
MAX_VALUE = 20_000
_MAX_ADDRESSES = 200

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)(?:\?=|$)")
_ADDRESS = re.compile(r"[^\s<>\"(),;:\[\]]{1,120}@[^\s<>\"(),;:\[\]]{1,190}")
_ID = re.compile(r"<([^<>\s]{1,900})>")
_ROUTED = re.compile(r"@[^,:<>]+(?:,@[^,:<>]+)*:")
_DATE = re.compile(
    r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4}),?(?:\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?(?:\s*([+-]\d{4}))?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def words(value: str) -> str:
    """Return a field's text with its encoded words decoded (RFC 2047), on one line."""
    if "=?" not in value:
        return _one_line(value)
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    at = 0
    for match in _WORD.finditer(value):
        between = value[at : match.start()]
        if not (pending and not between.strip()):
            out += [_joined(pending), between]
            pending = []
        pending.append((match[1].split("*")[0], _word_bytes(match[2], match[3])))
        at = match.end()
    out += [_joined(pending), value[at:]]
    return _one_line("".join(out))


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        return unbase64(text.encode("ascii", "ignore"))
    try:
        return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)
    except (ValueError, binascii.Error):
        return text.encode("utf-8", "replace")


def _joined(pending: list[tuple[str, bytes]]) -> str:
    """Decode neighbours of one charset together: a letter may be cut in two between them."""
    out: list[str] = []
    run: list[bytes] = []
    for position, (charset, content) in enumerate(pending):
        run.append(content)
        if position + 1 == len(pending) or pending[position + 1][0].lower() != charset.lower():
            parts = run if codec(charset).startswith("iso2022") else [b"".join(run)]
            out += [decoded(part, charset) for part in parts]
            run = []
    return "".join(out)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def unbase64(content: bytes) -> bytes:
    """Decode base64 with whatever does not belong to it, and with its padding lost."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def address(text: str) -> str:
    """Return an address as it is stored: lower case, domain in ASCII; empty if it is none."""
    text = text.strip().strip("<>").strip()
    if ":" in text and text.startswith("@"):
        text = _ROUTED.sub("", text, count=1)
    if not 3 <= len(text) <= 320 or "@" not in text.strip("@"):
        return ""
    try:
        return normal_email(text)
    except (BadAddress, ValueError):
        return "" if re.search(r"[\s<>\x00-\x1f]", text) and not text.startswith('"') else text.lower()


def addresses(value: str) -> list[tuple[str, str]]:
    """Return (name, address) of everyone in a field; what cannot be read is left out."""
    value = value[:MAX_VALUE]
    if "@" not in value:
        return []
    try:
        pairs = getaddresses([value.replace("\n", " ")])[:_MAX_ADDRESSES]
    except (ValueError, IndexError, TypeError, AttributeError):
        pairs = []
    found = [(words(name), normal) for name, one in pairs if (normal := address(one))]
    if not found:
        found = [("", normal) for one in _ADDRESS.findall(value)[:_MAX_ADDRESSES] if (normal := address(one))]
        if len(found) == 1 and "<" in value:
            found = [(words(value.split("<")[0].strip().strip('"')), found[0][1])]
    return found


def first_address(text: str) -> str:
    """Return the first thing in a text that is an address, or nothing."""
    match = _ADDRESS.search(text[:MAX_VALUE])
    return address(match[0].rstrip(".'`*").lstrip("'`*")) if match else ""


def message_ids(value: str) -> tuple[str, ...]:
    """Return the message ids in a field, without their angle brackets, in order and once each."""
    value = value[:MAX_VALUE]
    found = _ID.findall(value) or ([value.strip()] if re.fullmatch(r"\s*[^\s<>]+@[^\s<>]+\s*", value) else [])
    return tuple(dict.fromkeys(found))


def when(value: str) -> datetime | None:
    """Return a field's time in UTC; one without a zone is read as UTC, an impossible one is none."""
    value = re.sub(r"\([^()]*\)", " ", value[:200])
    found: datetime | None
    try:
        found = parsedate_to_datetime(" ".join(value.split()))
    except (ValueError, TypeError, IndexError, OverflowError):
        found = _loosely(value)
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _loosely(value: str) -> datetime | None:
    match = _DATE.search(value)
    if not match or match[2].lower() not in _MONTHS:
        return None
    year = int(match[3])
    year += (2000 if year < 70 else 1900) if year < 100 else 0
    try:
        found = datetime(
            year,
            _MONTHS.index(match[2].lower()) + 1,
            int(match[1]),
            int(match[4] or 0),
            int(match[5] or 0),
            min(int(match[6] or 0), 59),
            tzinfo=datetime.strptime(match[7], "%z").tzinfo if match[7] else UTC,
        )
    except ValueError:
        return None
    return found
