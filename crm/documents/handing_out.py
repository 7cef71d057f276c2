"""Handing out files: to be saved, never to be shown or run in our pages' name."""

from __future__ import annotations

from django.http import FileResponse

from crm.documents.storing import opened
from crm.models.document import DocumentQuerySet

BIGGEST = 2**63 - 1


class NoFile(LookupError):
    """There is no such file of this document, or its bytes are gone; the text says which."""


def handed_out(documents: DocumentQuerySet, file_id: int) -> FileResponse:
    """One file of the one document in the set, as an attachment. Raises NoFile."""
    rows = documents.get().files.filter(pk=file_id if file_id <= BIGGEST else 0, removed_at__isnull=True)
    kept = rows.first()
    if kept is None:
        raise NoFile("There is no such file here.")
    try:
        content = opened(kept.path)
    except FileNotFoundError:
        raise NoFile("The file is gone from the disk.") from None
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type=kept.content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
