"""Products from a file: known again by their external id or name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from crm.importing.checking import Problem
from crm.importing.records.cells import BadRow, line
from crm.importing.records.kinds import RecordKind, Row, Stored, Taken, Target
from crm.models import Deal, ImportBatch, Organisation, Product, User
from crm.money import BadMoney, clean_currency, read_amount

TABLE = "product"
_COLUMNS = ("name", "category", "price", "currency", "external_id")
TARGETS = (
    Target("name", "Name", ("product", "product name", "name", "title", "item", "produkt", "produit", "producto")),
    Target("category", "Category", ("category", "series", "product category", "product family", "family", "type", "kategorie")),
    Target("price", "Price", ("sales price", "price", "unit price", "list price", "amount", "preis", "prix", "precio")),
    Target("currency", "Currency", ("currency", "currency code", "price currency", "wahrung", "devise", "moneda")),
    Target("external_id", "External id", ("product id", "id", "record id", "external id", "sku", "product code", "code")),
)  # fmt: skip


class ProductImporter:
    """Takes products in; what the file does not say stays as it was."""

    def __init__(self, batch: ImportBatch) -> None:
        self._skip = batch.on_duplicate == "skip"
        self._currency = Organisation.objects.current().currency
        self._known: dict[tuple[str, str], Product] = {}
        for one in Product.objects.all():
            self._remember(one)

    def take(self, rows: Sequence[Row], *, store: bool, now: datetime) -> Taken:
        taken = Taken()
        new: list[tuple[int, Product]] = []
        changed: dict[int, tuple[int, Product, dict[str, Any]]] = {}
        for row in rows:
            try:
                values = self._values(row)
            except BadRow as problem:
                taken.refuse(row.number, problem.target, str(problem))
                continue
            found = self._known.get(("id", values.get("external_id", ""))) or self._known.get(
                ("name", values["name"].casefold())
            )
            if found is None:
                made = Product(**values)
                self._remember(made)
                new.append((row.number, made))
                taken.created += 1
                continue
            other = self._known.get(("name", values["name"].casefold()))
            if other is not None and other is not found:
                taken.refuse(row.number, "name", f"Another product is called “{values['name'][:80]}” already.")
                continue
            differs = {name: value for name, value in values.items() if getattr(found, name) != value}
            if self._skip or not differs:
                taken.skipped += 1
                continue
            if found.pk is not None and found.pk not in changed:
                changed[found.pk] = (row.number, found, {name: _kept(getattr(found, name)) for name in _COLUMNS})
            for name, value in differs.items():
                setattr(found, name, value)
            taken.merged += 1
        if store:
            self._store(new, changed, taken)
        return taken

    def _store(
        self, new: list[tuple[int, Product]], changed: dict[int, tuple[int, Product, dict[str, Any]]], taken: Taken
    ) -> None:
        Product.objects.bulk_create([one for _, one in new])
        taken.stored += [Stored(TABLE, one.pk, row) for row, one in new]
        Product.objects.bulk_update([one for _, one, _ in changed.values()], _COLUMNS)
        taken.stored += [Stored(TABLE, pk, row, before) for pk, (row, _, before) in changed.items()]

    def _remember(self, one: Product) -> None:
        self._known[("name", one.name.casefold())] = one
        if one.external_id:
            self._known[("id", one.external_id)] = one

    def _values(self, row: Row) -> dict[str, Any]:
        """What the row's filled cells say."""
        name = line(row, "name")
        if not name:
            raise BadRow("name", "A product needs a name.")
        values: dict[str, Any] = {"name": name}
        if category := line(row, "category", 120):
            values["category"] = category
        if external_id := line(row, "external_id"):
            values["external_id"] = external_id
        try:
            currency = clean_currency(row.cells["currency"]) if "currency" in row.cells else self._currency
        except BadMoney as problem:
            raise BadRow("currency", str(problem)) from None
        if "price" in row.cells:
            try:
                values["price"] = read_amount(row.cells["price"], currency)
            except BadMoney as problem:
                raise BadRow("price", str(problem)) from None
            if values["price"] < 0:
                raise BadRow("price", "A product costs nothing or more.")
            values["currency"] = currency
        return values


def _kept(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def undo(stored: Sequence[Stored], by: User | None, now: datetime) -> list[Problem]:
    """Delete the products that were made and no deal has, put the others away, and give changed ones their values."""
    made = {one.pk: one for one in stored if one.before is None}
    used = set(Deal.objects.filter(product__in=made).values_list("product_id", flat=True))
    Product.objects.filter(pk__in=made.keys() - used).delete()
    Product.objects.filter(pk__in=used, archived_at__isnull=True).update(archived_at=now)
    before = {one.pk: one.before for one in stored if one.before is not None}
    rows = list(Product.objects.filter(pk__in=before))
    for product in rows:
        for name, value in (before[product.pk] or {}).items():
            setattr(product, name, Decimal(value) if name == "price" and value is not None else value)
    Product.objects.bulk_update(rows, _COLUMNS)
    return [
        Problem(made[pk].row, "", "Deals are about this product; it was put away, not deleted.", left_out=True)
        for pk in sorted(used)
    ]


KIND = RecordKind(
    name="products",
    title="Products",
    permission="settings.manage",
    targets=TARGETS,
    signs=(
        frozenset({"product", "sales price"}),
        frozenset({"product", "price"}),
        frozenset({"product name", "unit price"}),
        frozenset({"product name", "price"}),
        frozenset({"product code", "unit price"}),
        frozenset({"sku", "price"}),
    ),
    needs=((frozenset({"name"}), "a name"),),
    importer=ProductImporter,
    undo=undo,
    address="/settings/products/",
)
