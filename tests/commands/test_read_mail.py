"""`manage.py read_mail`: raw mails in, one JSON object a line out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

BOUNCE = b"""From: MAILER-DAEMON@mx.example.com
Subject: failure notice

Hi. This is the qmail-send program at mx.example.com.

<peter@example.com>:
Remote host said: 550 5.1.1 User unknown
"""
AWAY = b"""From: Maria <maria@example.com>
Subject: Automatic reply: Your plan
Date: Thu, 14 May 2026 09:00:00 +0000
Auto-Submitted: auto-replied

I am out of the office until 25 May. For urgent matters please call Kim.
"""
ANSWER = b"""From: Maria <maria@example.com>
Subject: Re: Your plan

Yes, we take it. Thank you!

On Mon, May 11, 2026 at 9:00 AM Sam <sam@crm.example> wrote:
> Do you take it?
"""


def run(*files: Path) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("read_mail", *map(str, files), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def mails(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("bounce.eml", "away.eml", "answer.eml")]
    for path, content in zip(paths, (BOUNCE, AWAY, ANSWER), strict=True):
        path.write_bytes(content)
    return paths


def test_each_file_becomes_one_object_in_the_files_order(mails: list[Path]) -> None:
    bounce, away, answer = run(*mails)
    assert [bounce["file"], bounce["kind"]] == [str(mails[0]), "bounce"]
    assert {key: bounce["bounce"][key] for key in ("type", "reason", "status", "recipient")} == {
        "type": "hard",
        "reason": "userunknown",
        "status": "5.1.1",
        "recipient": "peter@example.com",
    }
    assert (away["kind"], away["returns_on"], away["bounce"]) == ("out_of_office", "2026-05-25", None)
    assert (answer["kind"], answer["reply_text"], answer["language"]) == ("person", "Yes, we take it. Thank you!", "en")
    assert all(one["rule"] for one in (bounce, away, answer))


def test_a_file_that_cannot_be_read_is_reported_and_the_others_go_on(mails: list[Path], tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("read_mail", str(tmp_path / "none.eml"), str(mails[2]), stdout=out)
    missing, answer = map(json.loads, out.getvalue().splitlines())
    assert "No such file" in missing["error"]
    assert answer["kind"] == "person"


def test_a_file_that_is_no_mail_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 10)
    assert run(path)[0]["kind"] == "unknown"
