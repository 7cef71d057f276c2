"""The follow-ups of a deal, a document or an invoice: a fragment for the record's page, and a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import deals_for, documents_for, invoices_for
from crm.models import User
from crm.panels import Panel
from crm.views.guard import PersonRequest, may
from followups.reading.of_records import is_planned, of_record

MOST_DONE = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: whose right it is to see it, its door, and its page."""

    permission: str
    door: Callable[[User], Any]
    place: str
    page: Callable[[Any], str]
    #: Where nothing more has to happen with it, it need not be said that nothing is planned.
    settled: Callable[[Any], bool]


KINDS = {
    "deal": Kind("deals.view", deals_for, "deals", lambda one: f"/deals/{one.pk}/", lambda one: not one.is_open),
    "document": Kind(
        "documents.view",
        documents_for,
        "documents",
        lambda one: f"/documents/{one.pk}/",
        lambda one: one.state == "approved",
    ),
    "invoice": Kind(
        "invoices.view",
        invoices_for,
        "invoices",
        lambda one: f"/invoices/{one.pk}/",
        lambda one: one.state in ("paid", "void"),
    ),
}


def panel(kind: str) -> Panel:
    """What draws the follow-ups of one kind of record on its page; one query, two where nothing is open."""

    def draw(request: PersonRequest, record: Any, now: datetime) -> tuple[str, dict[str, Any]] | None:
        user = request.user
        if not user.can("followups.view"):
            return None
        open_ones, ended = of_record(user, kind, record.pk, now, done=MOST_DONE)
        return "followups/_panel.html", {
            "kind": kind,
            "pk": record.pk,
            "name": str(record),
            "contact_id": record.contact_id,
            "open_ones": open_ones,
            "ended": ended,
            "settled": KINDS[kind].settled(record),
            "of_others": not open_ones and is_planned(kind, record.pk),
            "more": len(ended) == MOST_DONE,
            "back": KINDS[kind].page(record),
            "place": KINDS[kind].place,
            "may_plan": user.can("followups.edit"),
            "now": now,
        }

    return draw


def page(kind: str) -> Callable[..., HttpResponseBase]:
    """The view of one kind of record."""
    known, draw = KINDS[kind], panel(kind)

    @require_GET
    @may(known.permission)
    @may("followups.view")
    def show(request: PersonRequest, pk: int) -> HttpResponse:
        record = get_object_or_404(known.door(request.user), pk=pk)
        drawn = draw(request, record, timezone.now())
        assert drawn is not None
        fragment = request.htmx and request.htmx.target not in ("drawer", "modal")
        return render(request, drawn[0] if fragment else "followups/panel.html", drawn[1])

    return show
