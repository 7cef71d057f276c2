"""Forms with files (RFC 7578), taken apart in memory without the limits that suit browsers' forms."""

from __future__ import annotations

import re
from email.message import Message
from typing import NamedTuple

MOST_PARTS = 1000


class Part(NamedTuple):
    """One field; `filename` is None where it is no file."""

    name: str
    filename: str | None
    content_type: str
    charset: str
    content: bytes


class NoForm(ValueError):
    """The body is not the form that its header says."""


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The fields of a multipart form, in order. Raises NoForm."""
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_param("boundary")
    if head.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise NoForm("The form has no boundary.")
    mark = b"--" + boundary.encode("latin-1", "replace")
    pieces = re.split(rb"(?:\A|\r?\n)" + re.escape(mark) + rb"(?:[ \t]*\r?\n|(?=--))", body)
    if len(pieces) - 1 > MOST_PARTS:
        raise NoForm(f"The form has more than {MOST_PARTS} parts.")
    return [part for piece in pieces[1:] if (part := _part(piece)) is not None]


def _part(piece: bytes) -> Part | None:
    found = re.match(rb"((?:[^\r\n]+\r?\n)*)(?:\r?\n|\Z)", piece)
    if piece.startswith(b"--") or not found:
        return None
    head = Message()
    for line in re.sub(rb"\r?\n[ \t]+", b" ", found[1]).splitlines():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        head[name.strip()] = value.strip()
    field = head.get_param("name", header="content-disposition")
    if not isinstance(field, str):
        return None
    filename = head.get_filename()
    charset = str(head.get_content_charset() or "utf-8")
    return Part(field, filename, head.get_content_type(), charset, piece[found.end() :])
