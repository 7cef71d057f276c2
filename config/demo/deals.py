"""Deals with some of the demo's clients: open ones on every stage, a few gone quiet, and how others ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from crm.deals.making import NewDeal, create_deals
from crm.deals.products import make_product
from crm.models import CloseReason, Contact, Deal, PendingEvent, Product, Stage, User

#: Name, category, price in EUR.
PRODUCTS = (
    ("Student visa", "Visa", 1450),
    ("Work visa", "Visa", 2200),
    ("Family reunion", "Visa", 1800),
    ("School placement", "Schools", 900),
    ("Language course", "Schools", 640),
    ("Medical check", "Health", 280),
)
#: Two of three contacts of these places in their lifecycle have a deal.
WITH_DEALS = ("new", "working", "qualified", "client", "lost")
MOST = 5_000


def strike_deals(people: list[User], *, seed: int, now: datetime) -> int:
    """Make deals for contacts that have an owner; returns how many. Told as of the past: nobody is set to work on it."""
    chance = Random(seed + 8)  # noqa: S311 - made-up data, not a secret
    products = {name: _product(name, category, price) for name, category, price in PRODUCTS}
    lines = {line: list(Stage.objects.filter(pipeline__name=line)) for line in ("Sales", "Clinic intake")}
    reasons = {kind: list(CloseReason.objects.filter(kind=kind)) for kind in ("won", "lost")}
    rows = Contact.objects.filter(lifecycle__in=WITH_DEALS, owner__isnull=False).order_by("pk")
    made = []
    for contact in rows.only("first_name", "last_name", "lifecycle", "owner_id", "created_at")[:MOST]:
        if chance.random() < 0.35:
            continue
        intake = chance.random() < 0.15
        name, _, price = PRODUCTS[-1] if intake else chance.choice(PRODUCTS[:-1])
        stage = _stage(chance, lines["Clinic intake" if intake else "Sales"], contact.lifecycle)
        made.append(_deal(chance, contact, products[name], price, stage, reasons, now))
    before = list(PendingEvent.objects.values_list("event_id", flat=True))
    create_deals(made, by=people[0], now=now)
    PendingEvent.objects.exclude(event_id__in=before).delete()
    return Deal.objects.count()


def _product(name: str, category: str, price: int) -> Product:
    return Product.objects.filter(name=name).first() or make_product(name=name, category=category, price=price)


def _stage(chance: Random, stages: list[Stage], lifecycle: str) -> Stage:
    """Where a deal stands follows from what its contact is."""
    if lifecycle in ("client", "lost"):
        kind = "won" if lifecycle == "client" else "lost"
        if chance.random() < 0.7:
            return next(stage for stage in stages if stage.kind == kind)
    ongoing = [stage for stage in stages if stage.kind == "open"]
    if lifecycle == "new":
        return ongoing[0]
    return chance.choice(ongoing[2:] if lifecycle in ("qualified", "client") else ongoing[:4])


def _deal(
    chance: Random,
    contact: Contact,
    product: Product,
    price: int,
    stage: Stage,
    reasons: dict[str, list[CloseReason]],
    now: datetime,
) -> NewDeal:
    age = timedelta(days=chance.randint(0, 14), hours=chance.randint(1, 20))
    ended = now - timedelta(days=chance.choice((1, 2, 4, 6, 9, 13, 20, 34, 55, 80)), hours=2)
    closed = stage.kind != "open"
    amount = Decimal(price * chance.choice((1, 1, 1, 2, 3)))
    since = max(contact.created_at, ended if closed else now - age)
    decided = (now + timedelta(days=chance.choice((-3, 2, 6, 9, 14, 21, 30, 45, 70)))).date()
    return NewDeal(
        name=f"{product.name}, {contact.last_name}",
        contact_id=contact.pk,
        stage_id=stage.pk,
        product_id=product.pk,
        amount=amount,
        currency=chance.choice(("EUR", "EUR", "EUR", "EUR", "EUR", "GBP")),
        expected_on=None if chance.random() < 0.12 else decided,
        opened_on=contact.created_at.date(),
        owner_id=contact.owner_id,
        closed_at=since if closed else None,
        close_reason_id=chance.choice(reasons[stage.kind]).pk if closed else None,
        stage_since=since,
        imported=True,
    )
