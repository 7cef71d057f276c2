"""Which encoding and delimiter a text file has, and whether it is a table at all."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from charset_normalizer import from_bytes

DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (before 2007)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"{\\rtf", "a text document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)
#: What a person can say a file is in, when it was found out wrong.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
    "cp1258": "Vietnamese",
    "cp874": "Thai",
    "shift_jis": "Japanese",
    "euc_kr": "Korean",
    "gb18030": "Chinese, simplified",
    "big5": "Chinese, traditional",
}
_SAMPLE = 256 * 1024


class Unreadable(ValueError):
    """A file that is no table; the text is a sentence that says what to do."""


def refuse_other_files(start: bytes) -> None:
    """Raise Unreadable for what is plainly something else."""
    for mark, name in _OTHER_FILES:
        if start.startswith(mark):
            raise Unreadable(f"This is {name}, not a table. Save it as CSV or XLSX.")
    text = start.lstrip(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable("This is a web page or XML, not a table. Save it as CSV or XLSX.")
    if text.startswith((b"{", b"[{", b"[\n", b"[\r")):
        raise Unreadable("This is JSON, not a table. Save it as CSV or XLSX.")


def find_encoding(path: Path) -> str:
    """Name the encoding: by its mark, else UTF-8 if the whole file is, else UTF-16 by its zeros, else the likeliest."""
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    zeros_even, zeros_odd = start[0::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if zeros_odd > half * 0.4 and zeros_even < half * 0.1:
        return "utf-16-le"
    if zeros_even > half * 0.4 and zeros_odd < half * 0.1:
        return "utf-16-be"
    controls = sum(start.count(byte) for byte in (*range(9), *range(14, 32)))
    if controls > 4 + len(start) * 0.02:
        raise Unreadable("This is not a text file, so it cannot be a table. Save it as CSV or XLSX.")
    if _is_utf8(path):
        return "utf-8"
    best = from_bytes(start[: 64 * 1024]).best()
    # Western guesses differ in a few letters only; Windows' own covers what offices send.
    likely = best.encoding if best and best.encoding not in ("ascii", "latin_1", "utf_8", "mac_roman") else "cp1252"
    return next((name for name in (likely, "cp1252") if decodes(path, name)), "latin-1")


def _is_utf8(path: Path) -> bool:
    return decodes(path, "utf-8")


def decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def find_delimiter(path: Path, encoding: str) -> str:
    """Name the delimiter that splits the most rows into the same number of cells. Raises Unreadable when nothing
    does and the text does not look like one column."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        text = file.read(_SAMPLE)
    if text[:4].lower() == "sep=" and len(text) > 4 and text[4] in DELIMITERS:
        return text[4]
    best, best_score = "", 0.0
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter)
        if not widths or widths[0] < 2:
            continue
        usual, times = Counter(widths).most_common(1)[0]
        score = times / len(widths) * min(usual, 30) ** 0.5 * (1.0 if widths[0] == usual else 0.5)
        if usual > 1 and score > best_score:
            best, best_score = delimiter, score
    if best:
        return best
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Unreadable("The first row is empty; it must name the columns.")
    commas = sum(width > 1 for width in _widths(text, ","))
    if len(lines[0]) > 60 or commas > len(lines) * 0.1 or sum(map(len, lines)) / len(lines) > 120:
        raise Unreadable("This is not a table: no comma, semicolon, tab or bar splits its lines into columns.")
    return ","


def _widths(text: str, delimiter: str) -> list[int]:
    """How many cells each of the first rows has; the last one may be cut and is left out."""
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) > 500:
                break
    except csv.Error:
        pass
    return widths[:-1] if len(widths) > 2 and len(text) >= _SAMPLE else widths
