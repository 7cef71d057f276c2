"""Files that came with messages: kept by number, named safely, within limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.file_names import clean_name
from messaging.attachments import Missing, clean_type, forget, keep, listed, opened
from messaging.mail_reading import Attachment


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_DIR = str(tmp_path)
    settings.ATTACHMENT_MAX_BYTES = 3_000_000
    return tmp_path


def file(name: str = "a.pdf", content: bytes = b"abc", kind: str = "application/pdf") -> Attachment:
    return Attachment(name, kind, len(content), content)


def test_files_come_back_as_they_came() -> None:
    keep(7, [file(), file("b.png", b"\x89PNG", "image/png")])
    assert [(one.number, one.name, one.size, one.kept) for one in listed(7)] == [
        (0, "a.pdf", 3, True),
        (1, "b.png", 4, True),
    ]
    kept, stream = opened(7, 1)
    with stream:
        assert (stream.read(), kept.content_type) == (b"\x89PNG", "image/png")


def test_what_is_too_large_together_is_named_and_not_kept() -> None:
    plan = keep(7, [file(content=b"x" * 2_000_000), file("b", b"x" * 2_000_000), file("c")])
    assert [one.kept for one in plan] == [True, False, True]
    assert plan[1].note == "Not kept: the files of one message may have 3 MB together."
    with pytest.raises(Missing, match="Not kept"):
        opened(7, 1)


def test_only_so_many_files_are_kept() -> None:
    plan = keep(7, [file()] * 150)
    assert sum(one.kept for one in plan) == 100
    assert "only the first 100" in plan[-1].note


def test_keeping_again_is_the_same() -> None:
    keep(7, [file()])
    keep(7, [file()])
    assert len(listed(7)) == 1


def test_names_never_reach_the_disk(place: Path) -> None:
    keep(7, [file("../../../etc/passwd"), file("con"), file("\0")])
    names = {path.name for path in place.rglob("*") if path.is_file()}
    assert names == {"0", "1", "2", "index.json"}


def test_what_is_not_there_is_missing() -> None:
    assert listed(8) == []
    with pytest.raises(Missing):
        opened(8, 0)
    keep(8, [file()])
    forget(8)
    with pytest.raises(Missing):
        opened(8, 0)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\Users\\ana\\offer.pdf", "offer.pdf"),
        ("../../x.sh", "x.sh"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
        ("exe.\u202efdp.exe", "exe.fdp.exe"),
        ("", "file-3"),
        ("...", "file-3"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name, 2) == clean


@given(st.text())
def test_any_name_becomes_one_that_can_be_shown(name: str) -> None:
    cleaned = clean_name(name, 0)
    assert cleaned
    assert "/" not in cleaned
    assert "\n" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("given_type", "clean"),
    [
        ("Text/HTML; charset=x", "text/html"),
        ("text/html\r\nX: y", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_types_are_plain(given_type: str, clean: str) -> None:
    assert clean_type(given_type) == clean
