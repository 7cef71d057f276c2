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
from crm.filters import Asking, BadFilter, Chosen, Facet, by_owner, owner_words, record_id
from crm.models import Contact, Stage
from crm.models.deal import DealQuerySet, StageKind
from crm.money import BadMoney, clean_currency
from crm.search_terms import contacts_matching
from crm.zones import local_day

STATUSES = {kind.value: kind.label for kind in StageKind}


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


def _status(text: str, asking: Asking) -> Q:
    if text not in STATUSES:
        raise BadFilter(f"“{text[:40]}” is none of: {', '.join(STATUSES)}.")
    return Q(status=text)


def _quiet(text: str, asking: Asking) -> Q:
    if text not in ("yes", "no"):
        raise BadFilter(f"“{text[:40]}” is neither yes nor no.")
    return gone_quiet(asking.now) if text == "yes" else ~gone_quiet(asking.now)


def _planned(text: str, asking: Asking) -> Q:
    if text not in ("yes", "no"):
        raise BadFilter(f"“{text[:40]}” is neither yes nor no.")
    return Q(contact__next_due_by__isnull=text == "no")


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
    if text == "past":
        return Q(status=StageKind.OPEN, expected_on__lt=local_day(asking.now, asking.user.time_zone))
    if text == "none":
        return Q(expected_on__isnull=True)
    raise BadFilter(f"“{text[:20]}” is none of: past, none.")


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
        Facet("status", "", _status, lambda text, _: STATUSES[text].lower()),
        Facet("contact", "contact", lambda text, _: Q(contact=record_id(text))),
        Facet("product", "product", lambda text, _: Q(product=record_id(text)), _product_words),
        Facet("quiet", "gone quiet", _quiet),
        Facet("planned", "planned", _planned),
        Facet("expected", "to be decided", _expected, lambda text, _: {"past": "before today", "none": "no day"}[text]),
        Facet("amount_from", "amount from", lambda text, _: Q(amount__gte=_amount(text))),
        Facet("amount_to", "amount to", lambda text, _: Q(amount__lte=_amount(text))),
        Facet("currency", "in", _currency, lambda text, _: text.upper()),
    )
}


def narrow(deals: DealQuerySet, given: QueryDict, asking: Asking, *, but: tuple[str, ...] = ()) -> FilteredDeals:
    """Narrow a set as the address says, leaving out the filters named in `but`. Several values of one are alternatives;
    what cannot be read leaves nothing, with the reason."""
    shown = {
        name: texts
        for name in FACETS
        if name not in but
        and (texts := [text for one in given.getlist(name)[:20] if (text := one.replace("\0", "").strip()[:200])])
    }
    filtered = FilteredDeals(deals, given=shown)
    for name, texts in shown.items():
        facet, either = FACETS[name], Q()
        try:
            for text in texts:
                either |= facet.condition(text, asking)
            filtered.deals = filtered.deals.filter(either)
            kept = {other: given.getlist(other) for other in given if other not in (name, "after", "before")}
            words = " or ".join(facet.words(text, asking) for text in texts)
            filtered.chosen.append(Chosen(facet.label, words, "?" + urlencode(kept, doseq=True)))
        except BadFilter as problem:
            filtered.wrong.append(f"The filter “{facet.label or name}”: {problem}")
    if filtered.wrong:
        filtered.deals = filtered.deals.none()
    return filtered
