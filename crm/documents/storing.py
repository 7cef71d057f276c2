"""Where the bytes of documents lie: outside the web root, under names of ours, hashed while they are written."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File

from crm.documents.recognising import BadFile, recognise
from crm.file_names import clean_name

FOLDER = "documents"
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the disk that no row knows yet; `path` is below PRIVATE_DIR, `size` in bytes."""

    name: str
    content_type: str
    size: int
    sha256: str
    path: str


def store(file: BinaryIO | File[bytes], name: str, number: int = 0) -> Stored:
    """Write an upload to the disk piece by piece and find out what it is. Raises BadFile, keeping nothing."""
    name = clean_name(name, number)
    path = f"{FOLDER}/{(random := uuid4().hex)[:2]}/{random}"
    place = Path(settings.PRIVATE_DIR) / path
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        size, sha256 = _copy(file, place, name)
        with place.open("rb") as kept:
            found = recognise(kept, name)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Stored(found.name, found.content_type, size, sha256, path)


def _copy(file: BinaryIO | File[bytes], place: Path, name: str) -> tuple[int, str]:
    limit, size, hashed = settings.DOCUMENT_MAX_BYTES, 0, hashlib.sha256()
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as kept:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise BadFile(f"“{name}” is larger than {limit / 1e6:,.0f} MB, the most that one file may have.")
            hashed.update(chunk)
            kept.write(chunk)
    return size, hashed.hexdigest()


def opened(path: str) -> BinaryIO:
    """The bytes, to be closed by the caller. Raises FileNotFoundError."""
    return (Path(settings.PRIVATE_DIR) / path).open("rb")


def drop(path: str) -> None:
    """Remove the bytes; nothing happens where they are gone."""
    (Path(settings.PRIVATE_DIR) / path).unlink(missing_ok=True)
