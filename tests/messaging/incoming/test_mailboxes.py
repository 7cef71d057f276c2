"""Reading a real mailbox over IMAP: everything new, nothing twice, and nothing in it is changed."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm.due import sweeps_with_work
from messaging import arrivals, mailboxes
from messaging.addresses import token_of
from messaging.mailboxes import read_mailbox
from messaging.models import Arrival, Mailbox, Message
from tests.factories import contact
from tests.messaging.incoming.messages import sent

pytestmark = pytest.mark.django_db

PYMAP = Path(sys.executable).with_name("pymap")


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """A real IMAP server on a free port of this machine; returns the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [str(PYMAP), "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    process = subprocess.Popen(
        [*command, "--demo-user", "reply", "--demo-password", "s3cret"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(150):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class Box:
    """The mailbox as its owner sees it, a folder for each test."""

    def __init__(self, port: int, folder: str) -> None:
        self.folder = folder
        self.imap = imaplib.IMAP4("127.0.0.1", port, timeout=10)
        self.imap.login("reply", "s3cret")
        self.imap.create(folder)

    def put(self, *mails: bytes, at: datetime | None = None) -> None:
        for mail in mails:
            when = imaplib.Time2Internaldate(at) if at else None
            answer, told = self.imap.append(self.folder, "", when, mail)  # type: ignore[arg-type]
            assert answer == "OK", told

    def flags(self) -> list[bytes]:
        self.imap.select(self.folder, readonly=True)
        return [line for line in self.imap.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(line, bytes)]

    def again(self) -> None:
        """Make the folder anew: the same numbers then mean other mails."""
        self.imap.delete(self.folder)
        self.imap.create(self.folder)


@pytest.fixture
def box(server: int, settings: Any, request: pytest.FixtureRequest) -> Iterator[Box]:
    settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_TLS = "127.0.0.1", server, "none"
    settings.IMAP_USER, settings.IMAP_PASSWORD = "reply", "s3cret"
    settings.IMAP_FOLDER = f"Folder{abs(hash(request.node.name)) % 10**9}"
    made = Box(server, settings.IMAP_FOLDER)
    yield made
    made.imap.logout()


def mail(subject: str = "Hello", text: str = "Good day", **headers: str) -> bytes:
    head = {"From": "Ana <ana@example.org>", "To": "reply@example.com", "Subject": subject} | headers
    head.setdefault("Message-ID", f"<{subject.replace(' ', '')}@mail.example.org>")
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in head.items()]
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def later(minutes: int = 0) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def subjects() -> list[str]:
    return list(Message.objects.filter(direction="in").order_by("pk").values_list("subject", flat=True))


def test_what_lies_there_is_read_and_stays_unread(box: Box) -> None:
    box.put(mail("One"), mail("Two"))
    before = box.flags()
    assert read_mailbox(later()) == 2
    arrivals.read_due(later())
    assert subjects() == ["One", "Two"]
    assert box.flags() == before
    assert not any(b"Seen" in line for line in before)


def test_an_answer_reaches_its_message(box: Box) -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    name = f"<{message.pk}.{token_of(message.pk, message.created_at)}@example.com>"
    box.put(mail("Re: Your offer", In_Reply_To=name, From="Ana <other@example.net>"))
    read_mailbox(later())
    arrivals.read_due(later())
    got = Message.objects.get(direction="in")
    assert (got.contact_id, got.answers) == (ana.pk, message.pk)


def test_only_what_is_new_is_fetched(box: Box) -> None:
    box.put(mail("One"))
    assert read_mailbox(later()) == 1
    assert read_mailbox(later(2)) == 0
    box.put(mail("Two"))
    assert read_mailbox(later(4)) == 1
    assert Mailbox.objects.get().error == ""


def test_a_reader_that_died_before_it_noted_how_far_it_was_reads_nothing_twice(box: Box) -> None:
    box.put(mail("One"), mail("Two"))
    read_mailbox(later())
    Mailbox.objects.update(last_uid=0)
    assert read_mailbox(later(2)) == 0
    arrivals.read_due(later(3))
    assert subjects() == ["One", "Two"]


def test_a_folder_made_anew_is_read_anew_and_known_mails_are_known(box: Box) -> None:
    box.put(mail("One"), mail("Two"))
    read_mailbox(later())
    arrivals.read_due(later())
    before = Mailbox.objects.get().uid_validity
    box.again()
    box.put(mail("Two"), mail("Three"))
    read_mailbox(later(2))
    arrivals.read_due(later(3))
    assert Mailbox.objects.get().uid_validity != before
    assert subjects() == ["One", "Two", "Three"]


def test_a_mailbox_of_years_is_read_from_a_month_back(box: Box) -> None:
    box.put(mail("Old"), at=later() - timedelta(days=400))
    box.put(mail("New"))
    assert read_mailbox(later()) == 1


def test_many_mails_come_in_several_goes(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "BATCH", 5)
    monkeypatch.setattr(mailboxes, "WINDOW", 7)
    monkeypatch.setattr(mailboxes, "BATCH_BYTES", 400)
    box.put(*(mail(f"Number {i}") for i in range(23)))
    assert read_mailbox(later()) == 23
    assert Arrival.objects.count() == 23


def test_a_long_mailbox_is_read_a_while_each_minute(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "LONGEST", -1)
    monkeypatch.setattr(mailboxes, "BATCH", 5)
    box.put(*(mail(f"Number {i}") for i in range(12)))
    assert [read_mailbox(later(2 * turn)) for turn in range(4)] == [5, 5, 2, 0]


def test_a_mail_that_is_too_large_is_known_by_its_beginning(box: Box, settings: Any) -> None:
    settings.INBOUND_MAX_BYTES = 2_000
    box.put(mail("Huge", "x" * 100_000), mail("Small"))
    assert read_mailbox(later()) == 2
    arrivals.read_due(later())
    assert subjects() == ["Huge", "Small"]
    assert len(Arrival.objects.order_by("pk")[0].raw or b"") < 70_000


def test_it_is_looked_into_once_a_minute_by_one_worker(box: Box) -> None:
    now = later()
    box.put(mail("One"))
    assert read_mailbox(now) == 1
    box.put(mail("Two"))
    assert read_mailbox(now + timedelta(seconds=20)) == 0
    assert read_mailbox(now + timedelta(seconds=61)) == 1


def test_what_is_wrong_is_said_and_tried_again(box: Box, settings: Any) -> None:
    settings.IMAP_PASSWORD = "wrong"
    assert read_mailbox(later()) == 0
    assert Mailbox.objects.get().error.startswith("The mailbox cannot be read: ")
    settings.IMAP_PASSWORD = "s3cret"
    box.put(mail("One"))
    assert read_mailbox(later(2)) == 1
    assert Mailbox.objects.get().error == ""


@pytest.mark.parametrize("change", [{"IMAP_PORT": 1}, {"IMAP_FOLDER": 'No "such\\ folder'}, {"IMAP_TLS": "tls"}])
def test_a_server_that_is_not_there_breaks_nothing(box: Box, settings: Any, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert read_mailbox(later()) == 0
    assert Mailbox.objects.get().error


def test_without_a_mailbox_nothing_is_asked() -> None:
    assert "mailbox" not in {sweep.name for sweep in sweeps_with_work(later())}


def test_the_pulse_asks_for_a_mailbox_of_any_name() -> None:
    from django.db import connection

    name = "o'hara\\100%@host/INBOX"
    Mailbox.objects.create(name=name, checked_at=later())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {mailboxes.due_sql(name)}", {"now": later()})
        assert cursor.fetchone() == (False,)
        cursor.execute(f"SELECT {mailboxes.due_sql(name)}", {"now": later(2)})
        assert cursor.fetchone() == (True,)


def test_our_own_mail_in_the_folder_is_let_be(box: Box) -> None:
    message = sent(contact())
    name = f"<{message.pk}.{token_of(message.pk, message.created_at)}@example.com>"
    box.put(mail("Your offer", Message_ID=name).replace(b"Message_ID", b"Message-ID"))
    read_mailbox(later())
    arrivals.read_due(later())
    assert subjects() == []
    assert Arrival.objects.get().error == "It is a mail of our own that came back to us, not one from somebody."


@pytest.mark.realdata
def test_no_odd_mail_stops_the_reader(box: Box, shared_data: Path) -> None:
    odd = sorted(path for path in (shared_data / "mime_oddities").rglob("*") if path.is_file())
    odd = [path for path in odd if path.name not in ("README.md",) and "LICENSE" not in path.name]
    raws = [path.read_bytes() for path in odd]
    box.put(*(raw for raw in raws if raw), mail("After all of them"))
    assert read_mailbox(later()) == len([raw for raw in raws if raw]) + 1
    arrivals.read_due(later())
    assert "After all of them" in subjects()
    assert not Arrival.objects.filter(state="waiting").exists()
    for message in Message.objects.filter(direction="in"):
        assert message.sender or message.data.get("problem"), message.subject
        assert message.subject or message.body.text or message.data.get("problem") or message.data.get("attachments")
