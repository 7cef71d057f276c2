"""What open deals will bring, by the month in which they should be decided; currencies are never added to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from crm.models.deal import DealQuerySet
from crm.money import rounded, totals

#: A deal with this chance or more is counted on.
COMMITTED = 80
#: Months that are shown one by one; later ones together.
MONTHS = 4

Sums = dict[str, Decimal]


@dataclass(slots=True)
class Line:
    """One month. `open` is all that may come, `committed` what is as good as certain, `weighted` each by its chance."""

    label: str
    deals: int = 0
    open: Sums = field(default_factory=dict)
    committed: Sums = field(default_factory=dict)
    weighted: Sums = field(default_factory=dict)

    def add(self, deals: int, currency: str, *amounts: Decimal | None) -> None:
        """Add one currency's sums: open, committed, weighted."""
        self.deals += deals
        for sums, amount in zip((self.open, self.committed, self.weighted), amounts, strict=True):
            if amount:
                sums[currency] = sums.get(currency, Decimal(0)) + amount

    def sorted(self) -> Line:
        """The line with its largest sums first."""
        for name in ("open", "committed", "weighted"):
            setattr(self, name, totals((amount, currency) for currency, amount in getattr(self, name).items()))
        return self


@dataclass(frozen=True, slots=True)
class Read:
    """The open deals of one stage, month of decision and currency."""

    stage_id: int
    month: date | None
    currency: str
    deals: int
    total: Decimal | None
    committed: Decimal | None
    weighted: Decimal | None


def read_months(deals: DealQuerySet) -> list[Read]:
    """Open deals by stage, month and currency, in one query."""
    chance = Coalesce(F("probability"), F("stage__probability"))
    weighted = ExpressionWrapper(F("amount") * chance / 100, output_field=DecimalField(max_digits=24, decimal_places=6))
    rows = (
        deals.filter(status="open")
        .order_by()
        .annotate(month=TruncMonth("expected_on"), chance=chance)
        .values("stage_id", "month", "currency")
        .annotate(
            deals=Count("pk"),
            total=Sum("amount"),
            committed=Sum("amount", filter=Q(chance__gte=COMMITTED)),
            weighted=Sum(weighted),
        )
        .values_list("stage_id", "month", "currency", "deals", "total", "committed", "weighted")
    )
    return [Read(*row) for row in rows]


def lines(rows: Iterable[Read], today: date) -> list[Line]:
    """The lines of the forecast: what is late, the coming months, later, and what has no day; empty ones left out."""
    this = today.replace(day=1)
    months = [_plus(this, n) for n in range(MONTHS)]
    late, later, never = Line("Should have been decided"), Line("Later"), Line("No day set")
    by_month = {month: Line(f"{month:%B %Y}" if month.year != today.year else f"{month:%B}") for month in months}
    for row in rows:
        if row.month is None:
            line = never
        elif row.month < this:
            line = late
        else:
            line = by_month.get(row.month, later)
        exact = rounded(row.weighted, row.currency) if row.weighted else None
        line.add(row.deals, row.currency, row.total, row.committed, exact)
    return [line.sorted() for line in (late, *by_month.values(), later, never) if line.deals]


def altogether(found: Iterable[Line]) -> Line:
    """All lines in one."""
    whole = Line("Altogether")
    for line in found:
        whole.deals += line.deals
        for mine, theirs in (
            (whole.open, line.open),
            (whole.committed, line.committed),
            (whole.weighted, line.weighted),
        ):
            for currency, amount in theirs.items():
                mine[currency] = mine.get(currency, Decimal(0)) + amount
    return whole.sorted()


def _plus(month: date, number: int) -> date:
    years, place = divmod(month.month - 1 + number, 12)
    return month.replace(year=month.year + years, month=place + 1)
