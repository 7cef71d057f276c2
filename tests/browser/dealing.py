"""Deals for a browser: on every third stage, one gone quiet, one won, one lost, in two currencies."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from crm.deals.making import NewDeal, create_deals
from crm.deals.products import make_product
from crm.models import CloseReason, Contact, Stage, User


def dealings(client: Contact, owner: User) -> dict[str, int]:
    """Store them; returns the ids that addresses name."""
    now = timezone.now()
    stages = {stage.name: stage.pk for stage in Stage.objects.filter(pipeline__name="Sales")}
    product = make_product(name="Student visa", category="Visa", price=1450, currency="EUR")
    why = CloseReason.objects.get(kind="lost", label="No budget")
    days = (now + timedelta(days=20)).date()
    rows = [
        NewDeal(name="Student visa, autumn", stage_id=stages["New"], contact_id=client.pk, amount="1,450",
                product_id=product.pk, stage_since=now - timedelta(days=9), expected_on=days),
        NewDeal(name="Language course with a very long name that has to go somewhere", stage_id=stages["Contacted"],
                contact_id=client.pk, amount=640, currency="GBP", expected_on=(now - timedelta(days=2)).date()),
        NewDeal(name="School placement", stage_id=stages["Negotiation"], amount=12_500, expected_on=days, notes="Two children.\nFrom August."),
        NewDeal(name="Work visa", stage_id=stages["Won"], contact_id=client.pk, amount=2200, closed_at=now),
        NewDeal(name="Family reunion", stage_id=stages["Lost"], contact_id=client.pk, amount=1800, closed_at=now,
                close_reason_id=why.pk, close_note="Next year, perhaps"),
    ]  # fmt: skip
    ids = create_deals(rows, by=owner, now=now)
    return {
        "deal": ids[0],
        "deal_lost": ids[4],
        "pipeline": Stage.objects.get(pk=stages["New"]).pipeline_id,
        "stage": stages["New"],
        "reason": why.pk,
        "product": product.pk,
    }
