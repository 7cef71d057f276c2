"""What a file really is: by its bytes, never by what it is called."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.documents.recognising import BadFile, recognise
from tests.crm.documents.making import JPEG, PDF, PNG, office, packed

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)
OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ODT = packed(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<x/>")
SHEET, SLIDES = "spreadsheetml.sheet.main+xml", "presentationml.presentation.main+xml"


@pytest.mark.parametrize(
    ("name", "content", "kept_as", "content_type"),
    [
        ("passport.pdf", PDF, "passport.pdf", "application/pdf"),
        ("PASSPORT.PDF", PDF, "PASSPORT.PDF", "application/pdf"),
        ("face.jpeg", JPEG, "face.jpeg", "image/jpeg"),
        ("face.jpg", PNG, "face.png", "image/png"),
        ("face", JPEG, "face.jpg", "image/jpeg"),
        ("a.gif", b"GIF89a" + bytes(20), "a.gif", "image/gif"),
        ("a.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20), "a.webp", "image/webp"),
        ("a.tif", b"II*\x00" + bytes(20), "a.tif", "image/tiff"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(20), "a.heic", "image/heic"),
        ("a.docx", office(), "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office(SHEET), "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            "a.pptx",
            office(SLIDES),
            "a.pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        ("a.odt", ODT, "a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.txt", "Grüße, Ωmega".encode(), "a.txt", "text/plain"),
        ("a.txt", "Grüße".encode("cp1252"), "a.txt", "text/plain"),
        ("a.txt", "Grüße".encode("utf-16"), "a.txt", "text/plain"),
        ("a.csv", b"a;b\n1;2\n", "a.csv", "text/csv"),
    ],
)
def test_what_is_what_it_says_is_let_in(name: str, content: bytes, kept_as: str, content_type: str) -> None:
    found = recognise(io.BytesIO(content), name)
    assert (found.name, found.content_type) == (kept_as, content_type)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("passport.pdf", EXE, "inside it is a Windows program"),
        ("passport.pdf", b"\x7fELF" + bytes(80), "a Linux program"),
        ("face.jpg", HTML, "inside it is a web page"),
        ("face.png", b"\xef\xbb\xbf  <html>", "a web page"),
        ("face.png", SVG, "a drawing (SVG), which may carry a program"),
        ("drawing.svg", SVG, "files that end in .svg are not kept"),
        ("notes.txt", HTML, "a web page"),
        ("notes.txt", b"#!/bin/sh\nrm -rf /\n", "a script"),
        ("notes.txt", HTML.decode().encode("utf-16"), "is not what it says"),
        ("letter.doc", OLD_DOC, "files that end in .doc are not kept"),
        ("letter.docx", OLD_DOC, "an old Office file, which may carry programs"),
        ("letter.docx", office(word__vbaProject_dot_bin="x"), "an Office file with macros, which are programs"),
        ("letter.docx", office("vnd.ms-word.document.macroEnabled.main+xml"), "an archive"),
        ("letter.docx", packed(a_dot_txt="x"), "an archive"),
        ("letter.docx", b"PK\x03\x04" + bytes(50), "an archive"),
        ("all.zip", packed(a_dot_txt="x"), "files that end in .zip are not kept"),
        ("run.exe", PDF, "files that end in .exe are not kept"),
        ("passport.pdf.exe", PDF, "files that end in .exe are not kept"),
        ("letter.pdf", office(), "inside it is a .docx"),
        ("letter.pdf", b"only words", "inside it is a .txt"),
        ("face.jpg", PDF, "inside it is a .pdf"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"\x00\x01\x02\x03" * 20, "is not what it says"),
    ],
)
def test_what_lies_or_may_run_is_refused_with_what_it_is(name: str, content: bytes, words: str) -> None:
    with pytest.raises(BadFile) as problem:
        recognise(io.BytesIO(content), name)
    assert words in str(problem.value)


def test_a_list_of_contents_that_is_far_too_long_is_not_read() -> None:
    many = packed(**{f"{number:0200}": "" for number in range(4_500)})
    with pytest.raises(BadFile):
        recognise(io.BytesIO(many), "a.docx")


@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.docx", "a.txt", "a.jpg", "a", "a.exe"]))
def test_whatever_comes_gets_an_answer(content: bytes, name: str) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with suppress(BadFile):
            assert recognise(io.BytesIO(start + content), name).name.startswith("a.")
