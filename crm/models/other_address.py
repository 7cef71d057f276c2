"""Every further address of every contact, one row each: what a reply or an import is recognised by."""

from __future__ import annotations

from django.db import models


class OtherAddress(models.Model):
    """Kept by database triggers from `Contact.other_emails` and `other_phones`; never written by hand.

    An index over the arrays themselves would compare thousands of addresses with every row.
    """

    contact = models.ForeignKey(
        "crm.Contact", on_delete=models.CASCADE, related_name="other_addresses", db_constraint=False
    )
    kind = models.CharField(max_length=5)  # email or phone
    value = models.CharField(max_length=254)

    class Meta:
        indexes = [models.Index(fields=["value", "kind"], name="other_address_by_value")]
