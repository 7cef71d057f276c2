"""The events of documents: who did what, with the ids and words that timelines and rules need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from crm.documents.standing import days_left
from crm.models import Document, User
from crm.timeline import Happening, record


def told(document: Document, today: date, **more: Any) -> dict[str, Any]:
    """The data of an event about this document; days are ISO."""
    return {
        "document": document.name,
        "document_id": document.pk,
        "kind_id": document.kind_id,
        "case_kind_id": document.case_kind_id,
        "state": document.state,
        "required": document.required,
        "due_on": document.due_on.isoformat() if document.due_on else None,
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "days_left": days_left(document.expires_on, today),
        "replaces_id": document.replaces_id,
        "reason": "",
        **more,
    }


def tell(kind: str, documents: Iterable[Document], *, by: User | None, now: datetime, today: date, **more: Any) -> None:
    """Record one event for each document. Call inside the transaction of the change."""
    record(
        [
            Happening(
                kind,
                one.contact_id,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                subject_kind="document",
                subject_id=one.pk,
                data=told(one, today, **more),
            )
            for one in documents
        ],
        now=now,
    )
