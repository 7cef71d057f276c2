"""The shares that the reader reaches on the world's bounces, replies and odd mails."""

from __future__ import annotations

import csv
import json
import re
from itertools import groupby
from pathlib import Path

import pytest

from messaging.mail_reading import MailRead, read_mail
from messaging.mail_reading.trimming import trimmed

pytestmark = pytest.mark.realdata

#: Sisimai's reasons in the groups that the set's README names.
GROUPS = {
    "dead": "userunknown hostunknown hasmoved notaccept suspend",
    "full": "mailboxfull",
    "policy": "blocked rejected policyviolation spamdetected authfailure requireptr badreputation securityerror norelaying "
    "virusdetected notcompliantrfc contenterror mesgtoobig exceedlimit filtered speeding toomanyconn syntaxerror",
    "temporary": "expired networkerror systemerror systemfull mailererror onhold undefined failedstarttls suppressed",
}
GROUP_OF = {reason: group for group, reasons in GROUPS.items() for reason in reasons.split()}


@pytest.fixture(scope="module")
def bounces(shared_data: Path) -> list[tuple[dict[str, str], MailRead]]:
    """Read every mail of the set once, each with the first line of what is expected."""
    folder = shared_data / "bounces_sisimai"
    rows = csv.DictReader((folder / "expected.csv").read_text().splitlines())
    first = [next(group) for _, group in groupby(rows, key=lambda row: row["file"])]
    return [(row, read_mail((folder / "bounce" / row["file"]).read_bytes())) for row in first]


def expected_kinds(row: dict[str, str]) -> set[str]:
    if row["reason"] == "feedback":
        return {"complaint", "unsubscribe"}
    if row["reason"] == "vacation":
        return {"out_of_office"}
    return {"auto_ack"} if row["reason"] == "delivered" else {"bounce"}


def share(right: list[bool]) -> float:
    return sum(right) / len(right)


def published(bounces: list[tuple[dict[str, str], MailRead]]) -> list[tuple[dict[str, str], MailRead]]:
    return [(row, mail) for row, mail in bounces if row["hard_bounce"]]


def test_a_bounce_is_told_from_a_complaint_and_a_vacation(bounces: list[tuple[dict[str, str], MailRead]]) -> None:
    assert share([mail.kind in expected_kinds(row) for row, mail in published(bounces)]) >= 0.99


def test_a_dead_address_is_told_from_others(bounces: list[tuple[dict[str, str], MailRead]]) -> None:
    right = [
        bool(mail.bounce and mail.bounce.type == "hard") == (row["hard_bounce"] == "1")
        for row, mail in published(bounces)
    ]
    assert share(right) >= 0.955


def test_the_reason_is_in_the_right_group(bounces: list[tuple[dict[str, str], MailRead]]) -> None:
    pairs = [(GROUP_OF[row["reason"]], mail.bounce) for row, mail in published(bounces) if row["reason"] in GROUP_OF]
    assert share([found is not None and GROUP_OF[found.reason] == group for group, found in pairs]) >= 0.94


def test_line_ends_change_nothing(shared_data: Path) -> None:
    folder = shared_data / "bounces_sisimai"
    for twin in [*(folder / "line_endings_dos").iterdir(), *(folder / "line_endings_mac").iterdir()]:
        found = read_mail(twin.read_bytes())
        assert found.kind == "bounce"
        if (folder / "bounce" / twin.name).exists():
            original = read_mail((folder / "bounce" / twin.name).read_bytes())
            assert (found.kind, found.bounces) == (original.kind, original.bounces), twin.name


def test_what_is_no_bounce_is_none(shared_data: Path) -> None:
    for path in (shared_data / "bounces_sisimai" / "not_bounce").iterdir():
        assert read_mail(path.read_bytes()).kind == "person"


def collapsed(text: str) -> str:
    return " ".join(text.split())


def test_the_new_text_is_what_people_say_it_is(shared_data: Path) -> None:
    folder = shared_data / "replies" / "trimmer"
    right = []
    for path in sorted((folder / "emails").iterdir()):
        new = trimmed(path.read_text(errors="replace")).new
        assert new.strip(), path.name
        right.append(collapsed(new) == collapsed((folder / "trimmed" / path.name).read_text(errors="replace")))
    assert share(right) >= 0.9


def test_the_new_text_begins_as_it_should(shared_data: Path) -> None:
    folder = shared_data / "replies" / "crisp"
    wanted = json.loads((folder / "expected_first_fragment.json").read_text())
    right = [
        collapsed(trimmed((folder / name).read_text(errors="replace")).new).startswith(collapsed(first))
        for name, first in wanted.items()
    ]
    assert share(right) >= 0.95


def test_mail_programs_replies_are_cut(shared_data: Path) -> None:
    folder = shared_data / "replies" / "talon"
    right = []
    for name, wanted in json.loads((folder / "expected.json").read_text()).items():
        content = (folder / name).read_bytes()
        new = (
            trimmed("", content.decode(errors="replace"), plain=False).new
            if name.endswith("html")
            else read_mail(content).reply_text
        )
        # This set keeps signatures; we cut them.
        right.append(re.sub(r"\s", "", wanted).startswith(re.sub(r"\s", "", new)) and bool(new))
    assert share(right) >= 0.95


def test_an_odd_mail_yields_its_sender_subject_and_text_or_says_why_not(shared_data: Path) -> None:
    for path in (shared_data / "mime_oddities").rglob("*"):
        if path.is_file() and path.suffix not in {".md", ".txt"}:
            mail = read_mail(path.read_bytes())
            assert (mail.sender and mail.text.strip()) or mail.problem, path.name
