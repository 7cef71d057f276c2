"""What a file really is, by its bytes; only what cannot run anything when somebody opens it is let in."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

#: Content type -> the endings that its files have. What is not here is refused: archives, because nobody sees what is
#: in them; web pages, SVG and the old Office formats, because they may carry programs.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    WORD: ("docx",),
    SHEET: ("xlsx",),
    SLIDES: ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "text/plain": ("txt",),
    "text/csv": ("csv",),
}
KNOWN_ENDINGS = tuple(ending for endings in ENDINGS.values() for ending in endings)
ALLOWED_WORDS = "PDF, pictures (JPEG, PNG, GIF, WebP, HEIC, TIFF), Office files without macros, or plain text"

_HEAD = 4096
#: A list of contents larger than this is not that of a letter or a table.
_MOST_CONTENTS = 1_000_000
_MARKUP = re.compile(rb"\s*<[a-z!?/]", re.IGNORECASE)
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"heif")
#: First bytes -> what people call such a file.
_DANGEROUS = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\xcf\xfa\xed\xfe", "a Mac program"),
    (b"\xca\xfe\xba\xbe", "a Java or Mac program"),
    (b"#!", "a script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file, which may carry programs"),
    (b"PK", "an archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
)


class BadFile(ValueError):
    """A file that is not taken in; the text is a sentence for who sent it."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the bytes say. `name` has the ending that goes with them."""

    name: str
    content_type: str


def recognise(file: BinaryIO, name: str) -> Recognised:
    """Look at the file's bytes; `name` is its cleaned name. Raises BadFile for what is not let in or claims to be
    something else. The file is left at its beginning."""
    file.seek(0)
    head = file.read(_HEAD)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not head:
        raise BadFile(f"“{name}” is empty.")
    found = _by_bytes(head, file, ending)
    file.seek(0)
    if ending and ending not in KNOWN_ENDINGS:
        raise BadFile(f"“{name}” is not taken: files that end in .{ending} are not kept. Send {ALLOWED_WORDS}.")
    if found is None:
        what = what_it_is(head, file)
        file.seek(0)
        raise BadFile(f"“{name}” is not what it says: inside it is {what}. Send {ALLOWED_WORDS}.")
    if not ending:
        return Recognised(f"{name}.{ENDINGS[found][0]}", found)
    if ending in ENDINGS[found]:
        return Recognised(name, found)
    if found.startswith("image/") and any(ending in ENDINGS[one] for one in ENDINGS if one.startswith("image/")):
        # Phones name pictures loosely; the right ending does no harm.
        return Recognised(f"{name.rpartition('.')[0]}.{ENDINGS[found][0]}", found)
    raise BadFile(f"“{name}” is not a .{ending}: inside it is a .{ENDINGS[found][0]}. Name it so and send it again.")


def _by_bytes(head: bytes, file: BinaryIO, ending: str) -> str | None:
    """The content type of what is let in, else None."""
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "image/tiff"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "image/heic"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return _text(head, file, ending)


def _office(file: BinaryIO) -> str | None:
    """The type of an Office file without macros. Nothing of it is unpacked but its description."""
    try:
        if not _small_contents(file):
            return None
        with zipfile.ZipFile(file) as packed:
            names = {one.casefold() for one in packed.namelist()}
            if any(one.endswith(("vbaproject.bin", ".exe", ".js", ".vbs")) for one in names):
                return None
            if "mimetype" in names and not any(one.startswith(("basic/", "scripts/")) for one in names):
                kind = _part(packed, "mimetype").strip()
                return kind if kind in ENDINGS and kind.startswith("application/vnd.oasis.") else None
            kinds = _part(packed, "[Content_Types].xml")
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return None
    if "macroenabled" in kinds.casefold():
        return None
    for part, kind in (
        ("wordprocessingml.document.main+xml", WORD),
        ("spreadsheetml.sheet.main+xml", SHEET),
        ("presentationml.presentation.main+xml", SLIDES),
    ):
        if part in kinds:
            return kind
    return None


def _small_contents(file: BinaryIO) -> bool:
    """Whether the archive's list of contents is of a size worth reading (APPNOTE 4.3.16)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    return place >= 0 and int.from_bytes(tail[place + 12 : place + 16], "little") <= _MOST_CONTENTS


def _part(packed: zipfile.ZipFile, name: str) -> str:
    with packed.open(name) as part:
        return part.read(_MOST_CONTENTS).decode("utf-8", "replace")


def _text(head: bytes, file: BinaryIO, ending: str) -> str | None:
    """Plain text in an encoding that one can name, and no markup: a browser must find nothing to run in it."""
    plain = head.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    if encoding == "utf-16":
        plain = head[: len(head) & ~1].decode("utf-16", "replace").encode()
    if _MARKUP.match(plain) or plain.startswith(b"#!"):
        return None
    if not (_decodes(file, encoding) or _decodes(file, "cp1252")):
        return None
    return "text/csv" if ending == "csv" else "text/plain"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    reader = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(1 << 16):
            if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", reader.decode(chunk)):
                return False
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def what_it_is(head: bytes, file: BinaryIO) -> str:
    """What a refused file is, in the words of people."""
    start = head.lstrip()[:512].lower()
    if b"<svg" in start:
        return "a drawing (SVG), which may carry a program"
    if b"<html" in start or start.startswith(b"<!doctype html") or b"<script" in start:
        return "a web page"
    if head.startswith(b"PK\x03\x04"):
        names = _names(file)
        if any(one.endswith("vbaproject.bin") for one in names):
            return "an Office file with macros, which are programs"
    for first, words in _DANGEROUS:
        if head.startswith(first):
            return words
    try:
        known = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return "something that is none of these"
    return f"“{known[0].name[:60]}”" if known and known[0].name else "something that is none of these"


def _names(file: BinaryIO) -> list[str]:
    try:
        if _small_contents(file):
            with zipfile.ZipFile(file) as packed:
                return [one.casefold() for one in packed.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return []  # it is refused in any case; only what it holds cannot be said
    return []
