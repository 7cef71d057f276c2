"""Documents as the API shows and takes them. Days are calendar days of the organisation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from crm.api.shapes import Body, Cursor, Id, Limit, Version
from crm.documents.standing import days_left
from crm.models import Document, DocumentFile

StateName = Literal["requested", "received", "approved", "rejected", "expired"]


class FileOut(Schema):
    id: int
    name: str
    content_type: str = Field(description="As its bytes say")
    size: int = Field(description="Bytes")
    sha256: str
    uploaded_by: int | None
    uploaded_at: datetime


class DocumentOut(Schema):
    id: int
    contact: int
    name: str
    kind: int | None
    case_kind: int | None
    state: StateName
    required: bool
    requested_at: datetime
    due_on: date | None
    received_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: int | None
    reject_reason: str
    expires_on: date | None = Field(description="Its last day")
    days_left: int | None = Field(description="Until its last day; negative past it")
    replaces: int | None
    files: list[FileOut]
    version: int
    created_at: datetime
    updated_at: datetime


class DocumentPage(Schema):
    items: list[DocumentOut]
    next: str | None


class AskedOut(Schema):
    items: list[DocumentOut] = Field(description="What was asked for")
    left_out: list[str] = Field(description="Why other lines of the checklist were not")


class RequestIn(Body):
    """A whole checklist (`case_kind` alone), or one document by its kind or name."""

    case_kind: Id | None = None
    kind: Id | None = None
    name: str = Field("", max_length=200)
    required: bool = True
    due_on: date | None = None


class DocumentChange(Body):
    name: str | None = Field(None, max_length=200)
    kind: Id | None = None
    required: bool | None = None
    due_on: date | None = None
    expires_on: date | None = None
    version: Version | None = None


class ReceiveIn(Body):
    version: Version | None = None


class ApproveIn(Body):
    expires_on: date | None = None
    version: Version | None = None


class RejectIn(Body):
    reason: str = Field(min_length=1, max_length=500)
    due_on: date | None = None
    version: Version | None = None


class Part(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


def file_out(file: DocumentFile) -> dict[str, Any]:
    plain = {name: getattr(file, name) for name in ("name", "content_type", "size", "sha256", "uploaded_at")}
    return plain | {"id": file.pk, "uploaded_by": file.uploaded_by_id}


_PLAIN = (
    "name", "state", "required", "requested_at", "due_on", "received_at", "reviewed_at", "reject_reason", "expires_on",
    "version", "created_at", "updated_at",
)  # fmt: skip


def document_out(document: Document, today: date) -> dict[str, Any]:
    """The document with the files that are handed out, which are best prefetched."""
    return {name: getattr(document, name) for name in _PLAIN} | {
        "id": document.pk,
        "contact": document.contact_id,
        "kind": document.kind_id,
        "case_kind": document.case_kind_id,
        "reviewed_by": document.reviewed_by_id,
        "replaces": document.replaces_id,
        "days_left": days_left(document.expires_on, today),
        "files": [file_out(one) for one in document.files.all() if one.removed_at is None],
    }
