"""What deals are about: products with a price, put away and never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.models import Organisation, Product
from crm.money import BadMoney, clean_currency, read_amount

_TEXTS = {"name": ("The name", 200), "category": ("The category", 120), "external_id": ("The external id", 200)}


class BadProduct(ValueError):
    """A product that cannot be; `refused` is by field."""

    def __init__(self, refused: Mapping[str, str]) -> None:
        super().__init__(" ".join(refused.values()))
        self.refused = dict(refused)


def clean_product(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored. A price without a currency is in the organisation's. Raises BadProduct."""
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for name, (label, most) in _TEXTS.items():
        try:
            good[name] = clean_text(label, most)(values.get(name, ""), "")
        except BadValue as problem:
            bad[name] = str(problem)
    if not bad and not good["name"]:
        bad["name"] = "A product needs a name."
    good |= {"price": None, "currency": ""}
    if values.get("price") not in (None, ""):
        try:
            currency = clean_currency(str(values.get("currency") or Organisation.objects.current().currency))
            good |= {"price": read_amount(values["price"], currency), "currency": currency}
        except BadMoney as problem:
            bad["price"] = str(problem)
        else:
            if good["price"] < 0:
                bad["price"] = "A price is nothing or more."
    if bad:
        raise BadProduct(bad)
    return good


def make_product(**values: Any) -> Product:
    """Store a product. Raises BadProduct."""
    clean = clean_product(values)
    try:
        with transaction.atomic():
            return Product.objects.create(**clean)
    except IntegrityError:
        raise BadProduct({"name": f"There is a product “{clean['name']}” already."}) from None


def change_product(products: QuerySet[Product], **values: Any) -> None:
    """Change the one product in the set; deals keep the amounts they have. Raises BadProduct."""
    clean = clean_product(values)
    try:
        with transaction.atomic():
            products.update(**clean)
    except IntegrityError:
        raise BadProduct({"name": f"There is a product “{clean['name']}” already."}) from None


def archive_products(products: QuerySet[Product], *, now: datetime) -> int:
    """Put products away: no new deal is about them."""
    return products.filter(archived_at__isnull=True).update(archived_at=now)


def bring_back_products(products: QuerySet[Product]) -> int:
    return products.update(archived_at=None)
