"""A mail taken apart (RFC 2045, 2046, 5322): fields and parts, whatever is broken about them.

The standard library's parser takes seconds for a mail of some megabytes of short lines and raises on some broken
ones; what the mailbox reader needs of it is small: bytes are cut at boundaries, every step once over the content.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from .charsets import decoded
from .header_fields import MAX_VALUE, unbase64, words

MAX_DEPTH = 12
MAX_PARTS = 500
MAX_FIELDS = 2000
#: Text beyond this many bytes of a part is not read: nobody writes a megabyte, and machines that do must not stall us.
MAX_TEXT = 1_000_000

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_PARAMETER = re.compile(r";\s*([\w!#$&+.^`|~-]+?)(\*\d+)?(\*)?\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))")
_UU = re.compile(rb"(?m)^begin [0-7]{3,4} (.{1,200})$")


@dataclass(slots=True)
class Part:
    """One part of a mail, or the whole."""

    fields: list[tuple[str, str]]  # name in lower case, unfolded value, in order
    body: bytes
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the first value of a field, or nothing."""
        return next((value for found, value in self.fields if found == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value for found, value in self.fields if found == name]

    def walk(self) -> Iterator[Part]:
        """Give this part and all inside it, from the top; not what an attached mail holds."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def disposition(self) -> str:
        """How the part wants to be shown: "attachment", "inline" or nothing (RFC 2183)."""
        return self.get("content-disposition").split(";")[0].strip().lower()

    @property
    def name(self) -> str:
        """The file name, without any folder."""
        value = parameters(self.get("content-disposition")).get("filename") or self.parameters.get("name", "")
        if not value and not self.content_type.startswith(("text/", "multipart/", "message/")):
            value = self.get("content-location").split("?")[0]
        name = words(value).replace("\\", "/").rsplit("/", 1)[-1]
        return re.sub(r"[\x00-\x1f\x7f]", "", name)[:200]

    def content(self, limit: int | None = None) -> bytes:
        """Return the decoded bytes, of at most the first `limit` encoded ones."""
        body = self.body if limit is None else self.body[:limit]
        encoding = re.sub(r"[^a-z0-9]", "", self.get("content-transfer-encoding").split(";")[0].lower())
        if encoding == "base64":
            return unbase64(body)
        if encoding == "quotedprintable":
            return binascii.a2b_qp(body)
        if encoding in {"xuuencode", "uuencode", "xuue"}:
            return b"".join(content for _, content in uu_files(body)[1]) or body
        return body

    def text(self) -> str:
        """Return the decoded text of at most MAX_TEXT bytes."""
        return decoded(self.content(MAX_TEXT), self.parameters.get("charset", "")).replace("\r\n", "\n")


def one_line_ends(raw: bytes) -> bytes:
    """Return the mail with line feeds alone, be they CRLF, lone CR or a mixture."""
    if b"\r" not in raw:
        return raw
    return re.sub(rb"\r+\n", b"\n", raw).replace(b"\r", b"\n")


def take_apart(raw: bytes) -> Part:
    """Return the mail as a tree of parts. Never raises."""
    raw = one_line_ends(raw).lstrip(b"\n\0 \t")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return _part(raw, depth=0, left=[MAX_PARTS])


def head_and_body(content: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Split the fields from what follows them; a line that is no field ends them, unless more fields come at once."""
    fields: list[tuple[bytes, list[bytes]]] = []
    at = 0
    while at < len(content) and len(fields) < MAX_FIELDS:
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        line = content[at : min(end, at + MAX_VALUE)]
        if not line.strip():
            at = end + 1
            break
        if line[:1] in b" \t" and fields:
            if len(fields[-1][1]) < 500:
                fields[-1][1].append(line)
        elif match := _FIELD.match(line):
            fields.append((match[1].lower(), [line[match.end() :]]))
        elif not _more_fields(content, end + 1):
            break
        at = end + 1
    return [(name.decode("ascii"), _value(lines)) for name, lines in fields], content[at:]


def _more_fields(content: bytes, at: int) -> bool:
    line = content[at : at + 200].split(b"\n", 1)[0]
    return bool(re.match(rb"[A-Za-z][A-Za-z0-9-]*:\s", line)) and b"://" not in line[:12]


def _value(lines: list[bytes]) -> str:
    value = b" ".join(line.strip() for line in lines)[:MAX_VALUE]
    return decoded(value)


def parameters(value: str) -> dict[str, str]:
    """Return a field's parameters, joined and decoded (RFC 2045, 2231), their names in lower case."""
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, number, extended, quoted, plain in _PARAMETER.findall(value[:4000]):
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain.strip().strip('"')
        if number:
            pieces.setdefault(name.lower(), []).append((int(number[1:][:4]), bool(extended), text))
        elif extended:
            pieces.setdefault(name.lower(), []).append((0, True, text))
        else:
            found.setdefault(name.lower(), text)
    for name, parts in pieces.items():
        found[name] = _rfc2231(sorted(parts))
    return found


def _rfc2231(parts: list[tuple[int, bool, str]]) -> str:
    charset = ""
    content = b""
    for position, (_, extended, text) in enumerate(parts):
        if extended and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if extended else text.encode()
    return decoded(content, charset)


def _part(content: bytes, *, depth: int, left: list[int], default: str = "text/plain") -> Part:
    fields, body = head_and_body(content)
    part = Part(fields, body)
    given = part.get("content-type")
    kind = re.match(r"\s*\"?([\w.+-]+/[\w.+-]+)", given)
    part.content_type = kind[1].lower() if kind else default if not given else "text/plain"
    part.parameters = parameters(given)
    if given and not kind:
        part.problems.append("a content type that is none")
    if part.content_type.startswith("multipart/"):
        _cut(part, depth=depth, left=left)
    return part


def _cut(part: Part, *, depth: int, left: list[int]) -> None:
    body = part.content() if part.get("content-transfer-encoding").strip().lower() == "base64" else part.body
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    pieces = _pieces(body, boundary) if boundary else []
    if not pieces:
        guessed = re.search(rb"(?m)^--(\S[^\n]{0,180})\n(?=[Cc]ontent-[A-Za-z-]{1,30}:)", body)
        pieces = _pieces(body, guessed[1].rstrip()) if guessed else []
        part.problems.append("a boundary that is missing or does not occur")
    if not pieces or depth >= MAX_DEPTH:
        part.content_type = "text/html" if re.match(rb"(?i)\s*<(!doctype|html)", body[:100]) else "text/plain"
        if depth >= MAX_DEPTH:
            part.problems.append("parts nested too deep")
        return
    inner = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for piece in pieces:
        if left[0] <= 0:
            part.problems.append("too many parts")
            break
        left[0] -= 1
        part.parts.append(_part(piece, depth=depth + 1, left=left, default=inner))


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """Return what stands between the boundary lines; a missing last one is the body's end."""
    if not boundary:
        return []
    marks = re.finditer(rb"(?:^|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\n|$)", body)
    pieces: list[bytes] = []
    start = -1
    for mark in marks:
        if start >= 0:
            pieces.append(body[start : max(start, mark.start() - 1)])
        start = -1 if mark[1] else mark.end()
        if len(pieces) > MAX_PARTS:
            return pieces
    if start >= 0:
        pieces.append(body[start:])
    return pieces


def uu_files(body: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return the text without its uuencoded files, and the files by name."""
    files: list[tuple[str, bytes]] = []
    kept: list[bytes] = []
    at = 0
    for begin in _UU.finditer(body):
        end = body.find(b"\nend", begin.end())
        if begin.start() < at or end < 0 or len(files) >= 50:
            continue
        lines = body[begin.end() + 1 : end + 1].split(b"\n")
        content = _undone(lines)
        if content is None:
            continue
        kept.append(body[at : begin.start()])
        files.append((decoded(begin[1]).strip(), content))
        at = end + 4
    return b"".join([*kept, body[at:]]), files


def _undone(lines: list[bytes]) -> bytes | None:
    out: list[bytes] = []
    for line in lines:
        if not line:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return None
    return b"".join(out)
