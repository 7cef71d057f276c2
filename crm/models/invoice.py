"""Invoices and what was paid of them (A10)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


class InvoiceState(models.TextChoices):
    ISSUED = "issued", "Issued"
    PART_PAID = "part_paid", "Part paid"
    PAID = "paid", "Paid"
    VOID = "void", "Void"


#: Money is still waited for.
UNPAID = [InvoiceState.ISSUED, InvoiceState.PART_PAID]


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def alive(self) -> InvoiceQuerySet:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> InvoiceQuerySet:
        """Who sees the contact sees its invoices."""
        from crm.access import contact_scope

        return self.alive().filter(contact__deleted_at__isnull=True).filter(contact_scope(user, prefix="contact__"))


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["version", "updated_at", "look_on"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
    exclude=["look_on"],
    model_name="InvoiceHistory",
)
class Invoice(models.Model):
    """Amounts are in `currency` (ISO 4217). Overdue is derived from `due_on`, never stored."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="invoices", db_index=False)
    deal = models.ForeignKey("crm.Deal", null=True, blank=True, on_delete=models.SET_NULL, related_name="invoices")
    number = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    paid = models.DecimalField(max_digits=18, decimal_places=3, default=Decimal(0), editable=False)
    currency = models.CharField(max_length=3)
    issued_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=InvoiceState.choices, default=InvoiceState.ISSUED)
    paid_at = models.DateTimeField(null=True, blank=True, editable=False)
    void_reason = models.CharField(max_length=300, blank=True)
    notes = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    #: The day after which the sweep says that it is overdue; empty once said, paid or void.
    look_on = models.DateField(null=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(deleted_at__isnull=True), name="invoice_number_once"
            ),
            models.CheckConstraint(condition=Q(state__in=InvoiceState.values), name="invoice_state_is_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_is_positive"),
            models.CheckConstraint(condition=~Q(currency=""), name="invoice_has_a_currency"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(state=InvoiceState.PAID, paid_at__isnull=False)
                | (~Q(state=InvoiceState.PAID) & Q(paid_at__isnull=True)),
                name="invoice_paid_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-id"], name="invoices_of_contact"),
            # The daily sweep of what has become overdue.
            models.Index(
                fields=["look_on"],
                condition=Q(deleted_at__isnull=True, look_on__isnull=False),
                name="invoices_to_look_at",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(deleted_at__isnull=True, state__in=UNPAID),
                name="invoices_unpaid",
            ),
            models.Index(fields=["-issued_on", "-id"], condition=Q(deleted_at__isnull=True), name="invoices_by_issue"),
            # The next number of a year, and finding one by how it begins.
            models.Index(fields=["number"], name="invoice_numbers", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_amount(self) -> Decimal:
        return max(self.amount - self.paid, Decimal(0))


class Payment(models.Model):
    """Money that came for an invoice, in the invoice's currency; a negative one is money given back."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments")
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    paid_on = models.DateField()
    method = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=200, blank=True, help_text="The sender's idempotency key")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField(default=clock)

    class Meta:
        ordering = ["paid_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="payment_key_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payment_is_not_nothing"),
        ]
