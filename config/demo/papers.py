"""Documents and invoices of some of the demo's clients: checklists half full, passports that run out, money that is late."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from crm.documents.expiring import tell_expiring
from crm.documents.filing import take_files
from crm.documents.handling import approve, receive, reject
from crm.documents.requesting import request_checklist
from crm.invoices.issuing import NewInvoice, issue
from crm.invoices.overdue import tell_overdue
from crm.invoices.paying import NewPayment, note_payments
from crm.invoices.voiding import void
from crm.models import CaseKind, Contact, Document, Invoice, PendingEvent, User
from crm.models.document import DocumentQuerySet

#: Clients with papers, at most: enough for full lists, few enough for a quick start.
MOST = 240
GROUPS = 6
WHY_REJECTED = ("The number is cut off", "Older than three months", "The signature is missing", "Too dark to read")
METHODS = ("Bank transfer", "Bank transfer", "Card", "Cash")
PRICES = (280, 450, 640, 900, 1450, 1800, 2200)


def file_papers(people: list[User], *, seed: int, now: datetime) -> dict[str, int]:
    """Write them; returns how many. Told as of the past: nobody is set to work on it."""
    chance = Random(seed + 9)  # noqa: S311 - made-up data, not a secret
    rows = Contact.objects.filter(
        lifecycle__in=("working", "qualified", "client"), owner__isnull=False, deleted_at=None
    )
    clients = list(rows.order_by("pk")[:MOST])
    with transaction.atomic():
        before = list(PendingEvent.objects.values_list("event_id", flat=True))
        _documents(chance, [one for one in clients if chance.random() < 0.5], people[0], now)
        _invoices(chance, [one for one in clients if chance.random() < 0.6], people[0], now)
        tell_expiring(now)
        for back in range(140, -1, -7):
            tell_overdue(now - timedelta(days=back))
        PendingEvent.objects.exclude(event_id__in=before).delete()
    return {"documents": Document.objects.count(), "invoices": Invoice.objects.count()}


def _documents(chance: Random, clients: list[Contact], agent: User, now: datetime) -> None:
    visa, clinic = (CaseKind.objects.filter(name=name).first() for name in ("Student visa", "Clinic intake"))
    today = now.date()
    for group in range(GROUPS):
        asked_at = now - timedelta(days=4 + 9 * group, hours=group)
        mine = clients[group::GROUPS]
        for case in (visa, clinic):
            chosen = [one.pk for one in mine if (one.pk % 5 == 0) == (case == clinic)]
            if case is not None and chosen:
                request_checklist(case, Contact.objects.filter(pk__in=chosen), by=agent, now=asked_at)
        asked = list(
            Document.objects.filter(contact__in=mine, state="requested")
            .select_related("kind", "contact")
            .order_by("pk")
        )
        came = [one for one in asked if chance.random() < 0.2 + 0.1 * group]
        came_at = asked_at + timedelta(days=2, hours=3)
        scanned = [one for one in came if one.contact.owner_id == agent.pk][:4]
        for one in scanned:
            take_files(_only(one), [_scan(one, today)], by=agent, now=came_at)
        receive(Document.objects.filter(pk__in=[one.pk for one in came if one not in scanned]), by=agent, now=came_at)
        seen_at = came_at + timedelta(hours=20)
        for one in came:
            fate = chance.random()
            if fate < 0.12:
                reject(_only(one), reason=chance.choice(WHY_REJECTED), by=agent, now=seen_at)
            elif fate < 0.75:
                approve(_only(one), by=agent, now=seen_at, expires_on=_last_day(chance, one, today))


def _last_day(chance: Random, one: Document, today: date) -> date | None:
    if one.kind is None or not one.kind.expires:
        return None
    soon = chance.random() < 0.25
    return today + timedelta(days=chance.randint(-6, 150) if soon else chance.randint(200, 2_800))


def _scan(one: Document, today: date) -> tuple[str, io.BytesIO]:
    """A page that says whose it is, as a scanner would send it."""
    words = f"{one.name} of {one.contact.name}, {today:%Y-%m-%d}".encode("latin-1", "replace")
    text = b"BT /F1 18 Tf 72 720 Td (" + words.replace(b"(", b"").replace(b")", b"").replace(b"\\", b"") + b") Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(body),
    )
    return f"{one.name.lower().replace(' ', '-')}.pdf", io.BytesIO(body + end)


def _invoices(chance: Random, clients: list[Contact], agent: User, now: datetime) -> None:
    today = now.date()
    for back in (150, 110, 75, 50, 32, 20, 9, 3):
        day, at = today - timedelta(days=back), now - timedelta(days=back)
        rows = [
            NewInvoice(
                contact_id=one.pk,
                amount=chance.choice(PRICES),
                currency="USD" if one.country in ("US", "PH", "IN") and chance.random() < 0.4 else "",
                issued_on=day,
            )
            for one in clients
            if chance.random() < 0.28
        ]
        made = issue(rows, by=agent, now=at)
        for one in Invoice.objects.filter(pk__in=made.ids).order_by("pk"):
            _settle(chance, one, agent, back, now)


def _settle(chance: Random, one: Invoice, agent: User, back: int, now: datetime) -> None:
    """Most pay in time, some late, some in part, some not yet."""
    waited, fate = chance.randint(2, 34), chance.random()
    if fate < 0.03:
        void(Invoice.objects.filter(pk=one.pk), reason="Issued twice", by=agent, now=now - timedelta(days=back - 1))
    elif waited < back and fate < 0.85:
        at = now - timedelta(days=back - waited)
        amount = None if fate < 0.75 else round(one.amount / 2)
        row = NewPayment(invoice_id=one.pk, amount=amount, paid_on=at.date(), method=chance.choice(METHODS))
        note_payments([row], by=agent, now=at)


def _only(one: Document) -> DocumentQuerySet:
    return Document.objects.filter(pk=one.pk)
