"""What happens to documents once they are asked for: received, approved, rejected, withdrawn, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.documents.arming import arm, hold_contacts, today_here
from crm.documents.requesting import BadDocument, clean_day, clean_document_name, open_kinds
from crm.documents.standing import APPROVED, EXPIRED, OPEN, RECEIVED, REJECTED, refusal
from crm.documents.telling import tell
from crm.models import Document, DocumentKind, User
from crm.results import Result
from crm.undo import remember

HANDLED = "documents_handled"
_reason = clean_text("The reason", 500)
#: What may be changed at any time, with its word on the timeline.
CHANGEABLE = {"name": "name", "kind_id": "kind", "required": "whether it is required", "due_on": "due day"}
WORDS = CHANGEABLE | {"expires_on": "last day"}
#: What an undo gives back.
KEPT = (
    *CHANGEABLE,
    "state",
    "requested_at",
    "received_at",
    "reviewed_at",
    "reviewed_by_id",
    "reject_reason",
    "expires_on",
    "warned_days",
    "deleted_at",
)
ASKED_TWICE = "The same kind is asked for already, or waits to be looked at."


def receive(
    documents: QuerySet[Document], *, by: User | None, now: datetime, version: int | None = None, **said: Any
) -> Result:
    """Note that documents have come, with a file or on paper; they wait to be looked at."""
    fields = {"state": RECEIVED, "received_at": now, "reject_reason": ""}
    return _move(documents, "receive", fields, "document_received", "Received", by, now, version, **said)


def approve(
    documents: QuerySet[Document],
    *,
    by: User | None,
    now: datetime,
    expires_on: date | None = None,
    version: int | None = None,
) -> Result:
    """Approve what has come; `expires_on`, where given, is the last day on which it is valid. Raises BadDocument."""
    fields: dict[str, Any] = {"state": APPROVED, "reviewed_at": now, "reviewed_by_id": by.pk if by else None}
    if expires_on is not None:
        fields |= {"expires_on": clean_day(expires_on, "expires_on"), "warned_days": None}
    return _move(documents, "approve", fields, "document_approved", "Approved", by, now, version)


def reject(
    documents: QuerySet[Document],
    *,
    reason: str,
    by: User | None,
    now: datetime,
    due_on: date | None = None,
    version: int | None = None,
) -> Result:
    """Reject what has come and ask for it again. Raises BadDocument without a reason."""
    try:
        reason = _reason(reason, "")
    except BadValue as problem:
        raise BadDocument(str(problem), "reason") from None
    if not reason:
        raise BadDocument("Say what is wrong with it: the client wants to know.", "reason")
    fields: dict[str, Any] = {
        "state": REJECTED,
        "reviewed_at": now,
        "reviewed_by_id": by.pk if by else None,
        "reject_reason": reason,
        "expires_on": None,
        "warned_days": None,
    }
    if due_on is not None:
        fields["due_on"] = clean_day(due_on, "due_on")
    return _move(documents, "reject", fields, "document_rejected", "Rejected", by, now, version, reason=reason)


def withdraw(
    documents: QuerySet[Document], *, by: User | None, now: datetime, reason: str = "", version: int | None = None
) -> Result:
    """Take documents off the checklist: they are no longer needed."""
    fields = {"deleted_at": now, "look_on": None}
    return _move(documents, "withdraw", fields, "document_withdrawn", "Withdrew", by, now, version, reason=reason[:500])


def change(
    documents: QuerySet[Document],
    *,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
    version: int | None = None,
) -> Result:
    """Change name, kind, due day, last day, or whether it is required. Raises BadDocument, and KeyError for a field
    that does not exist. An expired one that is valid for longer after all is approved again."""
    if unknown := set(changes) - set(WORDS):
        raise KeyError(*sorted(unknown))
    fields = dict(changes)
    if "name" in fields:
        try:
            fields["name"] = clean_document_name(fields["name"], "")
        except BadValue as problem:
            raise BadDocument(str(problem), "name") from None
        if not fields["name"]:
            raise BadDocument("Say which document it is.", "name")
    for name in ("due_on", "expires_on"):
        if name in fields:
            clean_day(fields[name], name)
    if fields.get("kind_id") and not DocumentKind.objects.filter(pk=fields["kind_id"]).exists():
        raise BadDocument("There is no such kind of document.", "kind")
    if "expires_on" in fields:
        fields["warned_days"] = None
    verb = "expiry" if "expires_on" in fields else "change"
    return _move(documents, verb, fields, "document_changed", "Changed", by, now, version)


def _move(
    documents: QuerySet[Document],
    verb: str,
    values: dict[str, Any],
    event: str,
    label: str,
    by: User | None,
    now: datetime,
    version: int | None,
    **more: Any,
) -> Result:
    """Set the same fields on each document that may go through the verb, with one event each and an undo."""
    result, today = Result(), today_here(now)
    with transaction.atomic():
        hold_contacts(documents.order_by().values_list("contact_id", flat=True))
        good = []
        for one in documents.order_by("pk").select_for_update(of=("self",)):
            if version is not None and one.version != version:
                result.stale.append(one.pk)
            elif why := refusal(verb, one.state):
                result.refused[one.pk] = why
            elif verb in ("expiry", "change") and all(getattr(one, name) == values[name] for name in _said(values)):
                continue
            else:
                good.append(one)
        good = _without_doubles(good, values, result)
        changed = _by_words(good, values if verb in ("expiry", "change") else {})
        before = {one.pk: {name: _plain(getattr(one, name)) for name in KEPT} for one in good}
        write(good, values, today=today, now=now)
        for words, ones in changed.items():
            tell(event, ones, by=by, now=now, today=today, **({"fields": words} if words else {}), **more)
        result.done = [one.pk for one in good]
        if by and good:
            words = f"{label} {good[0].name}" if len(good) == 1 else f"{label} {len(good):,} documents"
            payload: dict[str, Any] = {"before": before, "versions": {one.pk: one.version for one in good}}
            payload["file_ids"] = more.get("file_ids", [])
            result.undo_id = remember(user=by, label=words, kind=HANDLED, payload=payload, now=now)
    return result


def _by_words(documents: Iterable[Document], values: Mapping[str, Any]) -> dict[str, list[Document]]:
    """The documents by what of them is about to differ, in words; all under "" where nothing is to be named."""
    found: dict[str, list[Document]] = {}
    for one in documents:
        words = ", ".join(WORDS[name] for name in _said(values) if getattr(one, name) != values[name])
        found.setdefault(words, []).append(one)
    return found


def _said(fields: Iterable[str]) -> list[str]:
    return [name for name in fields if name != "warned_days"]


def _without_doubles(good: list[Document], fields: Mapping[str, Any], result: Result) -> list[Document]:
    """Leave out those that would be open beside another of their kind."""
    if not {"state", "kind_id", "deleted_at"} & set(fields) or fields.get("deleted_at"):
        return good
    asked = open_kinds({one.contact_id for one in good}, leaving_out=[one.pk for one in good])
    fresh = []
    for one in good:
        key = (one.contact_id, fields.get("kind_id", one.kind_id) or 0)
        if fields.get("state", one.state) in OPEN and key in asked:
            result.refused[one.pk] = ASKED_TWICE
            continue
        fresh.append(one)
        asked.add(key)
    return fresh


def write(documents: list[Document], fields: Mapping[str, Any], *, today: date, now: datetime) -> None:
    """Set fields of locked rows, in the table and on the objects, with what follows from them."""
    Document.objects.filter(pk__in=[one.pk for one in documents]).update(
        **fields, version=F("version") + 1, updated_at=now
    )
    for one in documents:
        one.version += 1
        for name, value in fields.items():
            setattr(one, name, value)
    valid = [one for one in documents if one.state == EXPIRED and (one.expires_on is None or one.expires_on >= today)]
    for one in valid:
        one.state = APPROVED if one.reviewed_at else RECEIVED
        Document.objects.filter(pk=one.pk).update(state=one.state)
    arm([one.pk for one in documents])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
