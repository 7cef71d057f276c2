"""Reading a mailbox over IMAP (RFC 3501) without changing anything in it: what is new is stored, and read afterwards."""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from django.conf import settings
from django.db import transaction

from crm.due import Sweep, register_sweep
from messaging.arrivals import NewArrival, store
from messaging.hooks.kinds import MAILBOX_MAIL
from messaging.models import Mailbox

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
SECONDS = 10  # without a word from the server
#: After so many seconds the rest waits for the next minute: reminders share the worker.
LONGEST = 20
#: How far back a mailbox is read that was never read before, or whose numbers are new.
FIRST_DAYS = 30
#: Mails asked about at once, and the bytes fetched at once.
BATCH = 200
BATCH_BYTES = 16_000_000
#: Numbers looked through at once: the answer must fit into one line of a million bytes.
WINDOW = 100_000
#: Of a mail that is too large, its headers and so many bytes of its text.
BEGINNING = 65_536

_FAILURES = (imaplib.IMAP4.error, OSError, ssl.SSLError)


def register() -> None:
    """Read the mailbox every minute, where one is named; called once at start-up."""
    if settings.IMAP_HOST:
        register_sweep(Sweep("mailbox", due_sql(box_name()), read_mailbox))


def box_name() -> str:
    """What the mailbox is called: user@host/folder."""
    return f"{settings.IMAP_USER}@{settings.IMAP_HOST}/{settings.IMAP_FOLDER}"[:200]


def due_sql(name: str) -> str:
    """True once a minute has passed since the mailbox was looked into."""
    quoted = name.replace("'", "''").replace("\\", "\\\\").replace("%", "%%")
    return (
        f"NOT EXISTS (SELECT FROM messaging_mailbox WHERE name = E'{quoted}'"
        " AND checked_at > %(now)s - interval '1 minute')"
    )


def read_mailbox(now: datetime) -> int:
    """Sweep: store what is new in the mailbox; returns how many mails. What goes wrong is kept on the mailbox.

    Restarted anywhere it goes on from there, and a mail met twice is one.
    """
    box = _take(box_name(), now)
    if box is None:
        return 0
    try:
        with _server() as server:
            number = _read(server, box, now)
    except _FAILURES as problem:
        words = f"The mailbox cannot be read: {_in_words(problem)}"
        log.warning("the mailbox cannot be read", extra={"mailbox": box.name, "why": words})
        Mailbox.objects.filter(pk=box.pk).update(error=words[:300])
        return 0
    Mailbox.objects.filter(pk=box.pk).exclude(error="").update(error="")
    return number


def _take(name: str, now: datetime) -> Mailbox | None:
    """The mailbox, if nobody else has looked into it within the minute."""
    with transaction.atomic():
        Mailbox.objects.get_or_create(name=name)
        box = Mailbox.objects.select_for_update().get(name=name)
        if box.checked_at is not None and now - EVERY < box.checked_at <= now:
            return None
        box.checked_at = now
        box.save(update_fields=["checked_at"])
    return box


@contextmanager
def _server() -> Iterator[imaplib.IMAP4]:
    host, port = settings.IMAP_HOST, settings.IMAP_PORT
    server: imaplib.IMAP4
    if settings.IMAP_TLS == "tls":
        server = imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    else:
        server = imaplib.IMAP4(host, port, timeout=SECONDS)
    try:
        if settings.IMAP_TLS == "starttls":
            server.starttls(ssl.create_default_context())
        secret = f"\0{settings.IMAP_USER}\0{settings.IMAP_PASSWORD}"
        if secret.isascii():
            server.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
        else:
            server.authenticate("PLAIN", lambda _: secret.encode())
        yield server
    finally:
        try:
            server.logout()
        except _FAILURES:
            server.shutdown()


def _read(server: imaplib.IMAP4, box: Mailbox, now: datetime) -> int:
    validity, uid_next = _examine(server, settings.IMAP_FOLDER)
    first = box.uid_validity != validity
    if first:
        box.uid_validity, box.last_uid = validity, 0
    total, low = 0, box.last_uid + 1
    until = time.monotonic() + LONGEST
    while low < uid_next:
        high = min(low + WINDOW, uid_next) - 1
        uids = _search(server, low, high, now - timedelta(days=FIRST_DAYS) if first else None)
        for start in range(0, len(uids), BATCH):
            for mails in _fetched(server, uids[start : start + BATCH]):
                total += _keep(box, mails, max(mail.uid for mail in mails), now)
                if time.monotonic() > until:
                    return total
        _keep(box, [], high, now)
        low = high + 1
    if first:
        _keep(box, [], box.last_uid, now)
    return total


def _examine(server: imaplib.IMAP4, folder: str) -> tuple[int, int]:
    """Open the folder for reading only; returns its UIDVALIDITY and the number that the next mail will have."""
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    answer, told = server.select(quoted, readonly=True)
    if answer != "OK":
        raise imaplib.IMAP4.error(f"the folder {folder} cannot be opened: {_text(told)}")
    validity, uid_next = _number(server.response("UIDVALIDITY")), _number(server.response("UIDNEXT"))
    if uid_next == 0:  # some servers do not say it by themselves
        _, told = server.uid("SEARCH", "UID", "1:*")
        uid_next = max((int(one) for one in _text(told).split() if one.isdecimal()), default=0) + 1
    return validity, uid_next


def _number(response: tuple[str, list[Any]]) -> int:
    text = _text(response[1])
    return int(text) if text.isdecimal() else 0


def _text(told: Sequence[Any]) -> str:
    return " ".join(part.decode("utf-8", "replace") for part in told if isinstance(part, bytes))


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _search(server: imaplib.IMAP4, low: int, high: int, since: datetime | None) -> list[int]:
    wanted = ["UID", f"{low}:{high}"]
    if since is not None:
        wanted += ["SINCE", f"{since.day:02d}-{MONTHS[since.month - 1]}-{since.year}"]
    answer, told = server.uid("SEARCH", *wanted)
    if answer != "OK":
        raise imaplib.IMAP4.error(f"it cannot be searched: {_text(told)}")
    # "*" and ranges past the end also name the last mail.
    return sorted({int(one) for one in _text(told).split() if one.isdecimal() and low <= int(one) <= high})


@dataclass(slots=True)
class Fetched:
    """A mail as it lies there; `problem` where the server did not give it."""

    uid: int
    raw: bytes = b""
    at: datetime | None = None
    problem: str = ""


def _fetched(server: imaplib.IMAP4, uids: Sequence[int]) -> Iterator[list[Fetched]]:
    """The mails in groups that fit into memory. A mail that the server cannot give stops no other."""
    sizes, dates = _sizes(server, uids)
    group: list[int] = []
    room = BATCH_BYTES
    for uid in uids:
        size = sizes.get(uid, 0)
        if size > settings.INBOUND_MAX_BYTES:
            if group:
                yield _whole(server, group, dates)
            yield [_beginning(server, uid, size, dates.get(uid))]
            group, room = [], BATCH_BYTES
            continue
        if group and size > room:
            yield _whole(server, group, dates)
            group, room = [], BATCH_BYTES
        group.append(uid)
        room -= size
    if group:
        yield _whole(server, group, dates)


def _sizes(server: imaplib.IMAP4, uids: Sequence[int]) -> tuple[dict[int, int], dict[int, datetime]]:
    _, told = server.uid("FETCH", _set(uids), "(UID RFC822.SIZE INTERNALDATE)")
    sizes, dates = {}, {}
    for part in told:
        line = part.decode("ascii", "replace") if isinstance(part, bytes) else ""
        uid, size = re.search(r"\bUID (\d+)", line), re.search(r"RFC822\.SIZE (\d+)", line)
        if uid and size:
            sizes[int(uid[1])] = int(size[1])
        if uid and (at := _internal_date(line)):
            dates[int(uid[1])] = at
    return sizes, dates


_DATE = re.compile(r'INTERNALDATE "\s?(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')


def _internal_date(line: str) -> datetime | None:
    found = _DATE.search(line)
    if not found or found[2] not in MONTHS:
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        clock = (int(found[4]), int(found[5]), int(found[6]))
        day = (int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
        return datetime(*day, *clock, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _whole(server: imaplib.IMAP4, uids: Sequence[int], dates: dict[int, datetime]) -> list[Fetched]:
    try:
        found = _bodies(server, uids, "BODY.PEEK[]")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as problem:
        if len(uids) == 1:
            words = f"The mailbox does not give this mail: {_in_words(problem)}"
            return [Fetched(uids[0], at=dates.get(uids[0]), problem=words)]
        found = {}
    mails = [Fetched(uid, found[uid], dates.get(uid)) for uid in uids if uid in found]
    if len(uids) > 1:  # once more alone; what is still not there was removed meanwhile
        for uid in uids:
            if uid not in found:
                mails += _whole(server, [uid], dates)
    return mails or [Fetched(uids[-1], problem="gone")]


def _beginning(server: imaplib.IMAP4, uid: int, size: int, at: datetime | None) -> Fetched:
    """Of a mail that is too large to be fetched: who writes what about, and how the text begins."""
    try:
        head = _bodies(server, [uid], "BODY.PEEK[HEADER]").get(uid, b"")
        text = _bodies(server, [uid], f"BODY.PEEK[TEXT]<0.{BEGINNING}>").get(uid, b"")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as problem:
        return Fetched(uid, at=at, problem=f"A mail of {size:,} bytes, and: {_in_words(problem)}")
    log.warning("a mail is too large", extra={"uid": uid, "bytes": size})
    return Fetched(uid, head.rstrip(b"\r\n") + b"\r\n\r\n" + text, at)


def _bodies(server: imaplib.IMAP4, uids: Sequence[int], what: str) -> dict[int, bytes]:
    answer, told = server.uid("FETCH", _set(uids), f"(UID {what})")
    if answer != "OK":
        raise imaplib.IMAP4.error(_text(told))
    found = {}
    for place, part in enumerate(told):
        if not isinstance(part, tuple):
            continue
        # The number may stand before the bytes or after them.
        after = told[place + 1] if place + 1 < len(told) else b""
        line = part[0] + b" " + (after if isinstance(after, bytes) else b"")
        if uid := re.search(rb"\bUID (\d+)", line):
            found[int(uid[1])] = bytes(part[1])
    return found


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _keep(box: Mailbox, mails: Sequence[Fetched], last_uid: int, now: datetime) -> int:
    """Store the mails together with how far the mailbox has been read."""
    with transaction.atomic():
        new = store([_arrival(box, mail) for mail in mails if mail.problem != "gone"], now=now)
        box.last_uid = max(box.last_uid, last_uid)
        Mailbox.objects.filter(pk=box.pk).update(uid_validity=box.uid_validity, last_uid=box.last_uid)
    return new


def _arrival(box: Mailbox, mail: Fetched) -> NewArrival:
    payload = {"mailbox": box.name, "uid": mail.uid, "at": mail.at.isoformat() if mail.at else ""}
    if mail.problem:
        payload["problem"] = mail.problem
    return NewArrival(MAILBOX_MAIL, "imap", f"{box.pk}:{box.uid_validity}:{mail.uid}", payload, mail.raw)


def _in_words(problem: BaseException) -> str:
    said = str(problem)
    if said.startswith(("b'", 'b"')):  # imaplib shows bytes as they are written in a program
        said = said[2:-1]
    return said or type(problem).__name__
