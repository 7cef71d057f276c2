"""Files that came with messages: kept on disk by number outside the web root, never under a name that somebody sent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from django.conf import settings

from crm.file_names import clean_name
from messaging.mail_reading import Attachment

#: Files of one message; further ones are named and not kept.
MOST = 100
_INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file. `number` counts from nought; `note` says why it is not kept, where it is not. `size` in bytes."""

    number: int
    name: str
    content_type: str
    size: int
    kept: bool
    note: str = ""


class Missing(LookupError):
    """The file is not there, or was not kept; the text says which."""


def planned(attachments: Sequence[Attachment]) -> list[Kept]:
    """What `keep` will do: files within the limit of a whole message are kept, the others only named."""
    limit, room = settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_BYTES
    found = []
    for number, one in enumerate(attachments):
        fits = one.size <= room and number < MOST
        room -= one.size if fits else 0
        note = "" if fits else f"Not kept: the files of one message may have {limit // 1_000_000} MB together."
        if not fits and number >= MOST:
            note = f"Not kept: only the first {MOST} files are."
        found.append(Kept(number, clean_name(one.name, number), clean_type(one.content_type), one.size, fits, note))
    return found


def keep(message_id: int, attachments: Sequence[Attachment]) -> list[Kept]:
    """Store the files of a message; returns what became of each. Said again, it stores the same once more.

    They are on disk before the message is committed: a crash leaves files without a message, never the reverse.
    """
    plan = planned(attachments)
    if not plan:
        return []
    place = _place(message_id)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = Path(mkdtemp(prefix=".making-", dir=place.parent))
    for kept, one in zip(plan, attachments, strict=True):
        if kept.kept:
            (making / str(kept.number)).write_bytes(one.content)
    (making / _INDEX).write_text(json.dumps([asdict(kept) for kept in plan], ensure_ascii=False), encoding="utf-8")
    forget(message_id)
    os.replace(making, place)
    return plan


def listed(message_id: int) -> list[Kept]:
    """The files of a message; none where it has none."""
    try:
        rows = json.loads((_place(message_id) / _INDEX).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [Kept(**row) for row in rows]


def opened(message_id: int, number: int) -> tuple[Kept, BinaryIO]:
    """One file and its bytes, to be closed by the caller. Send it as an attachment, never to be shown. Raises Missing."""
    found = next((kept for kept in listed(message_id) if kept.number == number), None)
    if found is None:
        raise Missing("There is no such file.")
    if not found.kept:
        raise Missing(found.note)
    try:
        return found, (_place(message_id) / str(number)).open("rb")
    except FileNotFoundError:
        raise Missing("The file is gone from the disk.") from None


def forget(message_id: int) -> None:
    """Remove the files of a message."""
    place = _place(message_id)
    if place.is_dir():
        for file in place.iterdir():
            file.unlink()
        place.rmdir()


def clean_type(content_type: str) -> str:
    """A content type of the plain sort (RFC 6838); anything else is just bytes."""
    found = content_type.partition(";")[0].strip().lower()
    return (
        found
        if re.fullmatch(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}", found)
        else "application/octet-stream"
    )


def _place(message_id: int) -> Path:
    return Path(settings.PRIVATE_DIR) / "attachments" / f"{message_id // 1000:06d}" / str(message_id)
