"""What a mail shows a reader: its text, its HTML, and its files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .charsets import decoded
from .html_text import html_to_text
from .mime_parts import MAX_TEXT, Part, uu_files
from .shape import Attachment

MAX_ATTACHMENTS = 200
_HTML = re.compile(r"(?i)^\s*(?:<!doctype html|<html|<body|<div|<p[ >]|<table)")


@dataclass(slots=True)
class Contents:
    """What was found while walking through the parts."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def text(self) -> str:
        """The readable text: what was written plain, else the HTML's."""
        plain = "\n".join(one.strip("\n") for one in self.plain if one.strip())
        return plain if plain.strip() else html_to_text("\n".join(self.html))[0]


def contents(mail: Part) -> Contents:
    """Gather texts and files; alternatives give the plain and the HTML form of one thing (RFC 2046)."""
    found = Contents()
    _gather(mail, found)
    for part in mail.walk():
        found.problems += part.problems
    if not found.text.strip():
        # Some systems send what people should read as the report itself.
        found.plain += [part.text() for part in mail.walk() if part.content_type == "message/delivery-status"]
    return found


def _gather(part: Part, found: Contents) -> None:
    if part.parts:
        for one in part.parts:
            _gather(one, found)
        return
    is_text = part.content_type in {"text/plain", "text/html"} or (
        part.content_type.startswith("text/") and not part.name and part.disposition != "attachment"
    )
    if not is_text or part.disposition == "attachment" or (part.name and part.disposition != "inline"):
        _attach(found, part.name, part.content_type, part.content())
        return
    if found.size > MAX_TEXT:
        found.problems.append("more text than is read")
        return
    if len(part.body) > MAX_TEXT:
        found.problems.append("a text so long that only its beginning is read")
    if part.content_type not in {"text/html", "text/enriched"} and b"\nbegin " in b"\n" + part.body[:MAX_TEXT]:
        rest, files = uu_files(part.content())
        for name, content in files:
            _attach(found, name, "application/octet-stream", content)
        text = decoded(rest[:MAX_TEXT], part.parameters.get("charset", "")) if files else part.text()
    else:
        text = part.text()
    found.size += len(text)
    if part.content_type == "text/html" or (
        part.content_type == "text/plain" and _HTML.match(text[:200]) and "</" in text
    ):
        found.html.append(text)
    elif part.content_type in {"text/rfc822-headers", "text/calendar", "text/x-vcard", "text/vcard"}:
        _attach(found, part.name, part.content_type, part.content())
    else:
        found.plain.append(_unflowed(text) if part.parameters.get("format", "").lower() == "flowed" else text)


def _attach(found: Contents, name: str, content_type: str, content: bytes) -> None:
    if len(found.attachments) >= MAX_ATTACHMENTS:
        if "more files than are kept" not in found.problems:
            found.problems.append("more files than are kept")
        return
    found.attachments.append(Attachment(name, content_type, len(content), content))


def _unflowed(text: str) -> str:
    """Join lines that were only broken to be short (RFC 3676)."""
    out: list[str] = []
    joining = False
    for line in text.split("\n"):
        bare = line[1:] if line.startswith(" ") else line
        if joining and not line.startswith(">") and bare.strip():
            out[-1] += bare
        else:
            out.append(bare if line.startswith(" ") and not line.startswith("  ") else line)
        joining = line.endswith(" ") and not line.startswith(">") and line.rstrip(" ") not in {"--", ""}
        if joining and len(out[-1]) > 10_000:
            joining = False
    return "\n".join(out)
