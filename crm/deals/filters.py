"""The filters of the board, the list, the export and the API, as they stand in an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from crm.access import pipelines_for, products_for
from crm.deals.quiet import gone_quiet
from crm.facets import (
    Asking,
    BadFilter,
    Chosen,
    Facet,
    by_owner,
    known,
    narrowed,
    owner_words,
    record_id,
    values_of,
    yes_or_no,
)
from crm.models import Contact, Stage
from crm.models.deal import DealQuerySet, StageKind
from crm.money import BadMoney, clean_currency
from crm.search_terms import contacts_matching
from crm.zones import local_day

STATUSES = {kind.value: kind.label for kind in StageKind}
EXPECTED = {"past": "before today", "none": "no day"}


@dataclass(slots=True)
class FilteredDeals:
    """The deals that the address asks for. `wrong` are sentences about filters that could not be read."""

    deals: DealQuerySet
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    given: dict[str, list[str]] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return urlencode(self.given, doseq=True)


def deals_matching(text: str) -> Q:
    """Deals whose own words, or whose contact's, begin like these."""
    own = RawSQL("SELECT object_id FROM crm_searchentry WHERE kind = 'deal' AND terms @@ crm_prefix_query(%s)", [text])
    return Q(pk__in=own) | Q(contact__in=Contact.objects.filter(contacts_matching(text)).values("pk"))


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadFilter(f"“{text[:20]}” is not an amount. Write it like 1200.50.") from None
    if not amount.is_finite() or abs(amount) >= 10**15:
        raise BadFilter(f"“{text[:20]}” is not an amount.")
    return amount


def _currency(text: str, asking: Asking) -> Q:
    try:
        return Q(currency=clean_currency(text))
    except BadMoney as problem:
        raise BadFilter(str(problem)) from None


def _expected(text: str, asking: Asking) -> Q:
    if known(text, EXPECTED) == "past":
        return Q(status=StageKind.OPEN, expected_on__lt=local_day(asking.now, asking.user.time_zone))
    return Q(expected_on__isnull=True)


def _stage_words(text: str, asking: Asking) -> str:
    stage = Stage.objects.filter(pk=record_id(text)).first()
    return stage.name if stage else "none known"


def _pipeline_words(text: str, asking: Asking) -> str:
    found = pipelines_for(asking.user).filter(pk=record_id(text)).first()
    return found.name if found else "none known"


def _product_words(text: str, asking: Asking) -> str:
    found = products_for(asking.user).filter(pk=record_id(text)).first()
    return found.name if found else "none known"


FACETS = {
    facet.name: facet
    for facet in (
        Facet("q", "text", lambda text, _: deals_matching(text), lambda text, _: f"“{text}”"),
        Facet("owner", "owner", by_owner, owner_words),
        Facet("pipeline", "pipeline", lambda text, _: Q(pipeline=record_id(text)), _pipeline_words),
        Facet("stage", "stage", lambda text, _: Q(stage=record_id(text)), _stage_words),
        Facet("status", "", lambda text, _: Q(status=known(text, STATUSES)), lambda text, _: STATUSES[text].lower()),
        Facet("contact", "contact", lambda text, _: Q(contact=record_id(text))),
        Facet("product", "product", lambda text, _: Q(product=record_id(text)), _product_words),
        Facet("quiet", "gone quiet", yes_or_no(lambda asking: gone_quiet(asking.now))),
        Facet("planned", "planned", yes_or_no(lambda _: Q(contact__next_due_by__isnull=False))),
        Facet("expected", "to be decided", _expected, lambda text, _: EXPECTED[text]),
        Facet("amount_from", "amount from", lambda text, _: Q(amount__gte=_amount(text))),
        Facet("amount_to", "amount to", lambda text, _: Q(amount__lte=_amount(text))),
        Facet("currency", "in", _currency, lambda text, _: text.upper()),
    )
}


def narrow(deals: DealQuerySet, given: QueryDict, asking: Asking, *, but: tuple[str, ...] = ()) -> FilteredDeals:
    """Narrow a set as the address says, leaving out the filters named in `but`. Several values of one are alternatives;
    what cannot be read leaves nothing, with the reason."""
    values = values_of(given, [name for name in FACETS if name not in but])
    here = {name: given.getlist(name) for name in given if name not in ("after", "before")}
    found = narrowed(FACETS, values, asking, shown=here)
    kept = deals.none() if found.wrong else deals.filter(found.condition)
    return FilteredDeals(kept, found.chosen, found.wrong, values)
