"""Pictures, videos, voice notes and files that go along: which a channel carries, told by the address's ending.

Twilio's lists (docs: "Accepted content types for media", "Guidance on WhatsApp media messages"): five megabytes in an
MMS, of which only pictures are made to fit the telephone; with WhatsApp five for a picture and sixteen otherwise. The
provider compares the kind with what the address answers, and refuses where they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

PICTURE, VIDEO, VOICE, FILE = "picture", "video", "voice note", "file"

KINDS = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp"), PICTURE),
    **dict.fromkeys(("mp4", "3gp", "mov", "webm"), VIDEO),
    **dict.fromkeys(("ogg", "opus", "amr", "aac", "mp3", "m4a"), VOICE),
    **dict.fromkeys(("pdf", "doc", "docx", "pptx", "xlsx", "vcf"), FILE),
}


class Carried(NamedTuple):
    """What a channel carries: the endings, how many, and a sentence for people."""

    endings: frozenset[str]
    most: int
    note: str


CARRIED = {
    "sms": Carried(
        frozenset({"jpg", "jpeg", "png", "gif"}),
        10,
        "Pictures (JPEG, PNG, GIF) of 5 MB together; they make it an MMS, which few countries carry.",
    ),
    "whatsapp": Carried(
        frozenset(KINDS) - {"gif", "webp", "mov", "webm"},
        1,
        "One picture (JPEG, PNG, up to 5 MB), video (MP4), voice note (OGG, MP3, AAC, AMR) or file (PDF, Word, "
        "PowerPoint, Excel), up to 16 MB.",
    ),
}
NOTHING = Carried(frozenset(), 0, "Put pictures into blocks; for files, link to them.")


def kind_of(address: str) -> str:
    """What the address leads to, empty where its ending does not tell."""
    return KINDS.get(_ending(address), "")


def check(channel: str, addresses: Sequence[str]) -> str:
    """A sentence that says what is wrong with them, or nothing."""
    carried = CARRIED.get(channel, NOTHING)
    if not addresses:
        return ""
    if not carried.most:
        return f"This channel carries no attachments. {carried.note}"
    if len(addresses) > carried.most:
        return f"At most {carried.most} {'goes' if carried.most == 1 else 'go'} along with one message."
    for one in addresses:
        try:
            parts = urlsplit(one)
            good = parts.scheme == "https" and bool(parts.hostname) and one.isprintable() and " " not in one
        except ValueError:
            good = False
        if not good or len(one) > 500:
            return f"“{one[:80]}” is not an address that begins with https://."
        if _ending(one) not in carried.endings:
            return f"“{one[-80:]}” does not end like something that this channel carries. {carried.note}"
    return ""


def _ending(address: str) -> str:
    try:
        return urlsplit(address).path.rpartition(".")[2].lower()
    except ValueError:
        return ""
