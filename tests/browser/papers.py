"""A client's documents and invoices in every state, for tests that look at pages."""

from __future__ import annotations

import io
from datetime import timedelta

from django.utils import timezone

from crm.documents.filing import take_files
from crm.documents.handling import approve, receive, reject
from crm.documents.requesting import renew, request_checklist
from crm.invoices.issuing import NewInvoice, issue
from crm.invoices.paying import NewPayment, note_payments
from crm.invoices.voiding import void
from crm.models import CaseKind, Contact, Document, DocumentKind, Invoice, User


def papers(client: Contact, by: User) -> dict[str, int]:
    """Store them; returns the ids that addresses need."""
    now, case = timezone.now(), CaseKind.objects.get(name="Student visa")
    today, rows = now.date(), Document.objects.filter(contact=client)
    request_checklist(case, Contact.objects.filter(pk=client.pk), by=by, now=now - timedelta(days=20))
    take_files(rows.filter(name="Passport"), [("passport.pdf", io.BytesIO(b"%PDF-1.7"))], by=by, now=now)
    receive(rows.filter(name__in=["Photograph", "Bank statement", "Visa", "Language certificate"]), by=by, now=now)
    approve(rows.filter(name="Passport"), by=by, now=now, expires_on=today + timedelta(days=80))
    approve(rows.filter(name="Language certificate"), by=by, now=now, expires_on=today + timedelta(days=20))
    renew(rows.filter(name="Language certificate"), by=by, now=now)
    reject(rows.filter(name="Bank statement"), reason="Older than six months", by=by, now=now)
    made = issue(
        [
            NewInvoice(contact_id=client.pk, amount=1450, issued_on=today - timedelta(days=40)),
            NewInvoice(contact_id=client.pk, amount="640.50", issued_on=today - timedelta(days=3)),
            NewInvoice(contact_id=client.pk, amount=300, currency="USD", issued_on=today),
            NewInvoice(contact_id=client.pk, amount=280, issued_on=today - timedelta(days=90)),
            NewInvoice(contact_id=client.pk, amount=90),
        ],
        by=by,
        now=now,
    )
    late, part, _, paid, gone = made.ids
    note_payments([NewPayment(invoice_id=part, amount=200, method="Bank transfer")], by=by, now=now)
    note_payments([NewPayment(invoice_id=paid, paid_on=today - timedelta(days=72), method="Card")], by=by, now=now)
    void(Invoice.objects.filter(pk=gone), reason="Issued twice", by=by, now=now)
    return {
        "invoice": part,
        "invoice_late": late,
        "invoice_void": gone,
        "document": rows.get(name="Passport").pk,
        "document_awaited": rows.get(name="Letter of acceptance").pk,
        "document_rejected": rows.get(name="Bank statement").pk,
        "document_kind": DocumentKind.objects.get(name="Passport").pk,
        "case_kind": case.pk,
    }
