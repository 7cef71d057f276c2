"""Documents and files for tests, made by the product's own verbs."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

from crm.documents.handling import approve, receive
from crm.documents.requesting import NewRequest, request_documents
from crm.models import Contact, Document, DocumentKind, Event, Organisation
from tests.factories import NOW

TODAY = date(2026, 3, 2)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)


def kind(name: str = "Passport") -> DocumentKind:
    """One of the kinds that an installation starts with, or a new one."""
    return DocumentKind.objects.get_or_create(name=name)[0]


def document(who: Contact, name: str = "", *, of: str = "Passport", now: datetime = NOW, **fields: Any) -> Document:
    """Ask for a passport, or for something without a kind where it is named."""
    row = NewRequest(contact_id=who.pk, name=name, kind_id=None if name else kind(of).pk, **fields)
    made = request_documents([row], by=None, now=now)
    assert not made.refused, made.refused
    return Document.objects.get(pk=made.ids[0])


def approved(who: Contact, expires_on: date | None = None, *, now: datetime = NOW, **fields: Any) -> Document:
    """One that came and was approved."""
    one = document(who, now=now, **fields)
    receive(only(one), by=None, now=now)
    approve(only(one), by=None, now=now, expires_on=expires_on)
    one.refresh_from_db()
    return one


def only(one: Document) -> Any:
    """The set of one that a verb takes."""
    return Document.objects.filter(pk=one.pk)


def told(one: Document) -> list[str]:
    """The kinds of the document's events, in their order, without their first word."""
    rows = Event.objects.filter(subject_kind="document", subject_id=one.pk).order_by("pk")
    return [kind.removeprefix("document_") for kind in rows.values_list("kind", flat=True)]


def packed(**parts: str) -> bytes:
    """A zip with these parts; __ stands for / and _dot_ for a dot in their names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return held.getvalue()


def office(main: str = "wordprocessingml.document.main+xml", **more: str) -> bytes:
    """An Office file as far as its description goes."""
    return packed(**{"[Content_Types]_dot_xml": f"<Types><Override ContentType='application/{main}'/></Types>"}, **more)


def emptied() -> None:
    """Put back the one row that every test counts on, where a test before has emptied the tables."""
    Organisation.objects.get_or_create(pk=1)
