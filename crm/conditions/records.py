"""What can be asked of the records that the ground floor keeps of a contact: deals, documents, invoices, partners, notes,
and what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Coalesce, Greatest, Lower

from crm.conditions.contact_fields import lowered
from crm.conditions.fields import Field, Subject, Type, named
from crm.conditions.json_columns import json_number, json_words
from crm.conditions.sources import DOCUMENT_KINDS, EVENT_KINDS, PARTNERS, PEOPLE, PIPELINES, PRODUCTS, STAGES
from crm.conditions.subjects import register_subject
from crm.documents.standing import HERE
from crm.models import (
    Deal,
    Document,
    DocumentState,
    Event,
    Invoice,
    InvoiceState,
    Note,
    PartnerContact,
    PartnerKind,
    StageKind,
)
from crm.models.document import MISSING
from crm.models.event import Actor
from crm.models.invoice import UNPAID
from crm.money import currencies


def money(name: str, label: str) -> Field:
    """An amount in the record's own currency, which stands in a column of its own."""
    return Field(name, label, Type.MONEY, name)


def currency() -> Field:
    return Field("currency", "currency", Type.CHOICE, "currency", options=currencies(), says={"equals": "in {value}"})


def when(name: str, label: str, verb: str, type_: Type = Type.DATE, column: str = "") -> Field:
    """A day or moment of a record; `verb` stands before the time: "due in the next 7 days"."""
    return Field(name, label, type_, column or name, says={"_": f"{verb} {{value}}"})


def overdue(column: str, waiting: Q) -> Field:
    """Yes once the day is over, while it is still waited for."""
    return Field("overdue", "overdue", Type.YES_NO, column, guard=waiting, day_column=True, adjective=True)


def register() -> None:
    """Make them known; called once at start-up."""
    for subject in (_deals(), _documents(), _invoices(), _partners(), _notes(), _events()):
        register_subject(subject)


def _deals() -> Subject:
    # The same as crm/deals/quiet.py: since the move or the last real contact, whichever is later.
    last = Greatest(F("stage_since"), F("contact__last_two_way_at"))
    quiet_from = ExpressionWrapper(
        last + F("stage__rotting_days") * Value(timedelta(days=1)), output_field=DateTimeField()
    )
    return Subject(
        "deals",
        "deal",
        "deals",
        lambda: Deal.objects.filter(deleted_at__isnull=True),
        "contact",
        "created_at",
        named(
            Field("status", "status", Type.CHOICE, "status", options=dict(StageKind.choices), adjective=True),
            Field("stage", "stage", Type.CHOICE, "stage_id", source=STAGES, says={"equals": "in stage {value}"}),
            Field("pipeline", "pipeline", Type.CHOICE, "pipeline_id", source=PIPELINES),
            money("amount", "amount"),
            currency(),
            Field("product", "product", Type.CHOICE, "product_id", source=PRODUCTS, says={"equals": "for {value}"}),
            Field("owner", "owner", Type.CHOICE, "owner_id", source=PEOPLE, says={"equals": "held by {value}"}),
            Field("name", "name", Type.TEXT, lowered("name")),
            Field("probability", "probability", Type.NUMBER, Coalesce("probability", "stage__probability")),
            when("expected_on", "expected decision", "expected"),
            when("stage_since", "time of the last move", "moved", Type.MOMENT),
            when("closed_at", "closed", "closed", Type.MOMENT),
            Field(
                "rotting",
                "quiet",
                Type.YES_NO,
                quiet_from,
                guard=Q(status=StageKind.OPEN, stage__rotting_days__isnull=False),
                adjective=True,
            ),
        ),
    )


def _documents() -> Subject:
    return Subject(
        "documents",
        "document",
        "documents",
        lambda: Document.objects.filter(deleted_at__isnull=True),
        "contact",
        "requested_at",
        named(
            Field("state", "state", Type.CHOICE, "state", options=dict(DocumentState.choices), adjective=True),
            Field(
                "kind", "kind", Type.CHOICE, "kind_id", source=DOCUMENT_KINDS, says={"equals": "of the kind {value}"}
            ),
            Field("name", "name", Type.TEXT, lowered("name")),
            Field("required", "required", Type.YES_NO, guard=Q(required=True), adjective=True),
            when("due_on", "due", "due"),
            overdue("due_on", Q(state__in=MISSING)),
            when("expires_on", "expiry", "expiring"),
            Field("renewed", "renewed", Type.YES_NO, guard=_renewed(), adjective=True),
            when("received_at", "arrival", "received", Type.MOMENT),
        ),
        at_words="asked for",
    )


def _renewed() -> Q:
    """Another is here in its place: one that says so, or one of the kind that is valid longer."""
    here = Document.objects.filter(deleted_at__isnull=True, state__in=HERE)
    longer = here.filter(
        contact=OuterRef("contact"), kind=OuterRef("kind"), expires_on__gt=OuterRef("expires_on")
    )  # fmt: skip
    return Q(Exists(here.filter(replaces=OuterRef("pk")))) | Q(Exists(longer))


def _invoices() -> Subject:
    return Subject(
        "invoices",
        "invoice",
        "invoices",
        lambda: Invoice.objects.filter(deleted_at__isnull=True),
        "contact",
        "issued_on",
        named(
            Field("state", "state", Type.CHOICE, "state", options=dict(InvoiceState.choices), adjective=True),
            overdue("due_on", Q(state__in=UNPAID)),
            Field("unpaid", "unpaid", Type.YES_NO, guard=Q(state__in=UNPAID), adjective=True),
            money("amount", "amount"),
            currency(),
            when("due_on", "due", "due"),
            when("issued_on", "issued", "issued"),
            when("paid_at", "payment", "paid", Type.MOMENT),
        ),
        at_day=True,
        at_words="issued",
    )


def _partners() -> Subject:
    return Subject(
        "partners",
        "partner",
        "partners",
        lambda: PartnerContact.objects.filter(partner__deleted_at__isnull=True),
        "contact",
        "since",
        named(
            Field("partner", "partner", Type.CHOICE, "partner_id", source=PARTNERS, says={"equals": "called {value}"}),
            Field("kind", "kind", Type.CHOICE, "partner__kind", options=dict(PartnerKind.choices)),
            Field("role", "role", Type.TEXT, lowered("role")),
        ),
        at_words="linked",
    )


def _notes() -> Subject:
    fields = named(Field("author", "author", Type.CHOICE, "author_id", source=PEOPLE, says={"equals": "by {value}"}))
    return Subject("notes", "note", "notes", _living_notes, "contact", "created_at", fields, at_words="written")


def _living_notes() -> Any:
    return Note.objects.filter(deleted_at__isnull=True)


def _events() -> Subject:
    return Subject(
        "events",
        "event",
        "events",
        lambda: Event.objects.all(),
        "contact",
        "occurred_at",
        named(
            Field("kind", "kind", Type.CHOICE, "kind", source=EVENT_KINDS, says={"equals": "of the kind {value}"}),
            Field("actor", "actor", Type.CHOICE, "actor", options=dict(Actor.choices)),
            Field("two_way", "real contact", Type.YES_NO, guard=Q(two_way=True)),
            when("occurred_at", "time", "which happened", Type.MOMENT),
            Field("amount", "amount", Type.MONEY, json_number("data", "amount")),
            Field(
                "currency",
                "currency",
                Type.CHOICE,
                json_words("data", "currency"),
                options=currencies(),
                says={"equals": "in {value}"},
            ),
            Field("item", "item", Type.TEXT, Lower(json_words("data", "item"), output_field=TextField())),
        ),
        at_words="which happened",
    )
