"""Files of documents: taken in, taken away, and cleaned up after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet

from crm.documents.arming import hold_contacts, today_here
from crm.documents.handling import receive
from crm.documents.recognising import BadFile
from crm.documents.requesting import BadDocument
from crm.documents.standing import MISSING, refusal
from crm.documents.storing import FOLDER, Stored, drop, store
from crm.documents.telling import tell
from crm.models import Document, DocumentFile, User
from crm.nightly import take_slot
from crm.organisation_settings import current_settings
from crm.results import Result
from crm.undo import UndoResult, remember

FILES = "document_files"
#: Files of one document.
MOST = 20
#: How long the bytes of a file that was taken away, or that no row knows, are kept.
KEPT = timedelta(days=1)
JOB = "document-files"
HOUR = 3


@dataclass(slots=True)
class Filed:
    """`ids` of the files kept; `refused`: a sentence for each that was not."""

    ids: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    undo_id: int | None = None


def take_files(
    documents: QuerySet[Document],
    uploads: Sequence[tuple[str, BinaryIO | File[bytes]]],
    *,
    by: User | None,
    now: datetime,
    all_or_none: bool = False,
) -> Filed:
    """Keep files (name, bytes) of the one document in the set; a document that was waited for is received by that.

    A file that is refused is named, the others are kept, unless it is `all_or_none`. Raises BadDocument where the document takes none, and
    Document.DoesNotExist. The bytes are on disk before the rows are: a crash leaves bytes without a row, never the
    reverse.
    """
    filed, stored = Filed(), []
    for number, (name, upload) in enumerate(uploads):
        if number >= MOST:
            filed.refused.append(f"Only {MOST} files are taken at once; the others are left out.")
            break
        try:
            stored.append(store(upload, name, number))
        except BadFile as problem:
            filed.refused.append(str(problem))
    if all_or_none and filed.refused:
        for one in stored:
            drop(one.path)
        return filed
    try:
        with transaction.atomic():
            _keep(documents, stored, filed, by, now)
    except BaseException:
        for one in stored:
            drop(one.path)
        raise
    return filed


def _keep(
    documents: QuerySet[Document], stored: Sequence[Stored], filed: Filed, by: User | None, now: datetime
) -> None:
    hold_contacts(documents.order_by().values_list("contact_id", flat=True))  # before its documents, as everybody does
    document = documents.order_by().select_for_update(of=("self",)).get()
    if why := refusal("file", document.state):
        raise BadDocument(why)
    if not stored:
        return
    if document.files.filter(removed_at__isnull=True).count() + len(stored) > MOST:
        raise BadDocument(f"A document has at most {MOST} files. Take some away first.", "file")
    rows = DocumentFile.objects.bulk_create(
        DocumentFile(
            document=document,
            name=one.name,
            content_type=one.content_type,
            size=one.size,
            sha256=one.sha256,
            path=one.path,
            uploaded_by=by,
            uploaded_at=now,
        )
        for one in stored
    )
    filed.ids = [one.pk for one in rows]
    names = [one.name for one in rows]
    if document.state in MISSING:
        filed.undo_id = receive(documents, by=by, now=now, files=names, file_ids=filed.ids).undo_id
    else:
        tell(
            "document_changed", [document], by=by, now=now, today=today_here(now), fields="files",
            files=names, file_ids=filed.ids,
        )  # fmt: skip


def remove_files(files: QuerySet[DocumentFile], *, by: User | None, now: datetime) -> Result:
    """Take files away: they are no longer handed out, and their bytes go after a day. The rows stay."""
    with transaction.atomic():
        rows = list(
            files.filter(removed_at__isnull=True)
            .select_related("document")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        ids = [one.pk for one in rows]
        DocumentFile.objects.filter(pk__in=ids).update(removed_at=now)
        today = today_here(now)
        for one in rows:
            tell(
                "document_changed", [one.document], by=by, now=now, today=today, fields=f"files ({one.name} taken away)"
            )
        undo_id = None
        if by and ids:
            undo_id = remember(user=by, label="Took a file away", kind=FILES, payload={"ids": ids}, now=now)
    return Result(done=ids, undo_id=undo_id)


def put_files_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Hand out again what was just taken away."""
    with transaction.atomic():
        rows = list(
            DocumentFile.objects.filter(pk__in=payload["ids"], removed_at__isnull=False).select_related("document")
        )
        DocumentFile.objects.filter(pk__in=[one.pk for one in rows]).update(removed_at=None)
        said: dict[str, Any] = {"fields": "files", "undone": True}
        tell("document_changed", [one.document for one in rows], by=by, now=now, today=today_here(now), **said)
    return UndoResult([one.pk for one in rows])


def clean_up(now: datetime) -> int:
    """Once a night: remove the bytes of files that were taken away, and bytes that no row knows; returns how many."""
    organisation = current_settings()
    with transaction.atomic():
        taken = take_slot(JOB, hour=HOUR, zone_name=organisation.time_zone, now=now)
        if taken is None:
            return 0
        gone = _drop_removed(now) + _drop_orphans(now)
        taken.note({"files": gone})
    return 1


def _drop_removed(now: datetime) -> int:
    rows = DocumentFile.objects.filter(removed_at__lt=now - KEPT).exclude(path="")
    paths = list(rows.values_list("pk", "path")[:10_000])
    for _, path in paths:
        drop(path)
    DocumentFile.objects.filter(pk__in=[pk for pk, _ in paths]).update(path="")
    return len(paths)


def _drop_orphans(now: datetime) -> int:
    """Bytes of uploads that were cut off, and of contacts that were erased."""
    root, count = Path(settings.PRIVATE_DIR), 0
    old = (now - KEPT).timestamp()
    for folder in sorted((root / FOLDER).glob("??")):
        found = {f"{FOLDER}/{folder.name}/{one.name}" for one in folder.iterdir() if one.stat().st_mtime < old}
        known = set(DocumentFile.objects.filter(path__in=found).values_list("path", flat=True))
        for path in sorted(found - known):
            drop(path)
            count += 1
    return count
