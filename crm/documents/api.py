"""Documents over the API: a contact's checklist, one document, its states and its files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from crm.access import contacts_for, documents_for
from crm.api.auth import Token, caller
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Id, given, refuse_null
from crm.documents import catalogue, filing, handling
from crm.documents.arming import today_here
from crm.documents.handing_out import NoFile, handed_out
from crm.documents.requesting import BadDocument, NewRequest, request_checklist, request_documents
from crm.documents.shapes import (
    ApproveIn,
    AskedOut,
    DocumentChange,
    DocumentOut,
    DocumentPage,
    Part,
    ReceiveIn,
    RejectIn,
    RequestIn,
    document_out,
)
from crm.models import Contact
from crm.models.document import DocumentQuerySet
from crm.pagination import Order, page
from crm.results import Result

router = Router(tags=["Documents"])
READ, WRITE = Token("records:read", "documents.view"), Token("records:write", "documents.edit")
BYTES = {"type": "string", "format": "binary"}
NEWEST = Order("documents", (), descending=True)


@router.get("/contacts/{int:contact_id}/documents", auth=READ, response=DocumentPage)
def contact_documents(request: HttpRequest, contact_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """The contact's documents, newest first."""
    _contact(request, contact_id)
    rows = documents_for(caller(request)).filter(contact=contact_id).prefetch_related("files")
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    today = today_here(timezone.now())
    return {"items": [document_out(one, today) for one in items], "next": after}


@router.post("/contacts/{int:contact_id}/documents", auth=WRITE, response={201: AskedOut})
def request_contact_documents(request: HttpRequest, contact_id: Id, body: RequestIn) -> Status[dict[str, Any]]:
    """Ask for a whole checklist or one document. What is open already is not asked for twice."""
    contact, user, now = _contact(request, contact_id), caller(request), timezone.now()
    if body.case_kind is not None and body.kind is None and not body.name:
        case = catalogue.cases().filter(pk=body.case_kind).first()
        if case is None:
            raise invalid([("case_kind", "There is no such kind of case.")])
        made = request_checklist(case, contacts_for(user).filter(pk=contact.pk), by=user, now=now)
    else:
        row = NewRequest(
            contact_id=contact.pk,
            kind_id=body.kind,
            case_kind_id=body.case_kind,
            name=body.name,
            required=body.required,
            due_on=body.due_on,
        )
        made = request_documents([row], by=user, now=now)
        if made.refused:
            raise invalid(made.refused[0])
    rows = documents_for(user).filter(pk__in=made.ids).prefetch_related("files").order_by("pk")
    today = today_here(now)
    left_out = [" ".join(why.values()) for why in made.refused.values()]
    return Status(201, {"items": [document_out(one, today) for one in rows], "left_out": left_out})


@router.get("/documents/{int:document_id}", auth=READ, response=DocumentOut)
def get_document(request: HttpRequest, document_id: Id) -> dict[str, Any]:
    """One document with its files."""
    return _shown(request, document_id)


@router.patch("/documents/{int:document_id}", auth=WRITE, response=DocumentOut)
def change_one_document(request: HttpRequest, document_id: Id, body: DocumentChange) -> dict[str, Any]:
    """Change the fields that are sent. `expires_on` is given once it is here."""
    rows, changes = _one(request, document_id), given(body)
    refuse_null(changes, ("kind", "due_on", "expires_on"))
    if "kind" in changes:
        changes["kind_id"] = changes.pop("kind")
    try:
        result = handling.change(rows, changes=changes, by=caller(request), now=timezone.now(), version=body.version)
    except BadDocument as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return _answer(request, document_id, result)


@router.delete("/documents/{int:document_id}", auth=WRITE, response={204: None})
def withdraw_document(request: HttpRequest, document_id: Id) -> Status[None]:
    """Take it off the checklist: it is no longer needed."""
    handling.withdraw(_one(request, document_id), by=caller(request), now=timezone.now())
    return Status(204, None)


@router.post("/documents/{int:document_id}/receive", auth=WRITE, response=DocumentOut)
def receive_document(request: HttpRequest, document_id: Id, body: ReceiveIn) -> dict[str, Any]:
    """Note that it came, without a file. To send files, post them to `files`."""
    rows = _one(request, document_id)
    result = handling.receive(rows, by=caller(request), now=timezone.now(), version=body.version)
    return _answer(request, document_id, result)


@router.post("/documents/{int:document_id}/approve", auth=WRITE, response=DocumentOut)
def approve_document(request: HttpRequest, document_id: Id, body: ApproveIn) -> dict[str, Any]:
    """Approve what came, with its last day where it has one."""
    try:
        result = handling.approve(
            _one(request, document_id),
            by=caller(request),
            now=timezone.now(),
            expires_on=body.expires_on,
            version=body.version,
        )
    except BadDocument as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return _answer(request, document_id, result)


@router.post("/documents/{int:document_id}/reject", auth=WRITE, response=DocumentOut)
def reject_document(request: HttpRequest, document_id: Id, body: RejectIn) -> dict[str, Any]:
    """Reject what came, with the reason; it is asked for again."""
    try:
        result = handling.reject(
            _one(request, document_id),
            reason=body.reason,
            due_on=body.due_on,
            by=caller(request),
            now=timezone.now(),
            version=body.version,
        )
    except BadDocument as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return _answer(request, document_id, result)


@router.post("/documents/{int:document_id}/files", auth=WRITE, response={201: DocumentOut})
def add_document_files(
    request: HttpRequest, document_id: Id, files: File[list[UploadedFile]]
) -> Status[dict[str, Any]]:
    """Send files as multipart/form-data; a document that was waited for is received by that.

    One that is not what its name says, or may run, is refused with what it is; then none is kept.
    """
    rows = _one(request, document_id)
    try:
        filed = filing.take_files(
            rows, [(one.name or "file", one) for one in files], by=caller(request), now=timezone.now(), all_or_none=True
        )
    except BadDocument as problem:
        raise Problem(409, str(problem), current=_shown(request, document_id)) from None
    if filed.refused:
        raise invalid([("files", sentence) for sentence in filed.refused])
    return Status(201, _shown(request, document_id))


@router.get(
    "/documents/{int:document_id}/files/{int:document_file_id}",
    auth=READ,
    openapi_extra={"responses": {200: {"description": "The file", "content": {"*/*": {"schema": BYTES}}}}},
)
def get_document_file(request: HttpRequest, document_id: Id, document_file_id: Id) -> HttpResponseBase:
    """The bytes of a file."""
    try:
        return handed_out(_one(request, document_id), document_file_id)
    except NoFile:
        raise not_found("file") from None


def _answer(request: HttpRequest, document_id: int, result: Result) -> dict[str, Any]:
    """The document as it is now. Raises Problem 409 with it where the verb refused or somebody was first."""
    current = _shown(request, document_id)
    if result.stale:
        raise Problem(409, "Somebody changed this first. `current` is how it is now.", current=current)
    if result.refused:
        raise Problem(409, result.refused[document_id], current=current)
    return current


def _one(request: HttpRequest, document_id: int) -> DocumentQuerySet:
    """The set of one document through the door. Raises Problem 404."""
    rows = documents_for(caller(request)).filter(pk=document_id)
    if not rows.exists():
        raise not_found("document")
    return rows


def _shown(request: HttpRequest, document_id: int) -> dict[str, Any]:
    return document_out(_one(request, document_id).prefetch_related("files").get(), today_here(timezone.now()))


def _contact(request: HttpRequest, contact_id: int) -> Contact:
    found = contacts_for(caller(request)).filter(pk=contact_id).first()
    if found is None:
        raise not_found("contact")
    return found
