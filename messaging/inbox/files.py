"""The files that came with a message, as its page and its talk list them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from messaging.models import Message


@dataclass(frozen=True, slots=True)
class File:
    """`address` is empty for one that was not kept, and `note` says why. `outside`: it lies at the provider's."""

    name: str
    size: str
    address: str
    picture: bool
    outside: bool = False
    note: str = ""


def files_of(message: Message) -> list[File]:
    """Those kept here, then those that the provider keeps; no query."""
    found = [
        File(
            name=one["name"],
            size=size_words(one["size"]),
            address=f"/messages/{message.pk}/files/{one['number']}/" if one["kept"] else "",
            picture=one["content_type"].startswith("image/"),
            note=one.get("note", ""),
        )
        for one in message.data.get("attachments") or ()
    ]
    for one in message.data.get("media") or ():
        address, kind = (one, "") if isinstance(one, str) else (one["url"], one.get("content_type", ""))
        found.append(
            File(
                name=_name(address, kind),
                size=kind,
                address=address if urlsplit(address).scheme in ("https", "http") else "",
                picture=kind.startswith("image/"),
                outside=True,
            )
        )
    return found


def _name(address: str, kind: str) -> str:
    what = {"image": "Picture", "video": "Video", "audio": "Voice note"}.get(kind.partition("/")[0], "File")
    return what if kind else urlsplit(address).path.rpartition("/")[2][:80] or "File"


def size_words(size: int) -> str:
    """12 KB, 1.4 MB: in powers of ten, as file managers count."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"
