"""The follow-ups of a deal, a document or an invoice: a fragment for the record's page, and a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import deals_for, documents_for, invoices_for
from crm.models import User
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


KINDS = {
    "deal": Kind("deals.view", deals_for, "deals", lambda one: f"/deals/{one.pk}/"),
    "document": Kind("documents.view", documents_for, "contacts", lambda one: f"/contacts/{one.contact_id}/documents/"),
    "invoice": Kind("invoices.view", invoices_for, "invoices", lambda one: f"/invoices/{one.pk}/"),
}


def panel(kind: str) -> Callable[..., HttpResponseBase]:
    """The view of one kind of record."""
    known = KINDS[kind]

    @require_GET
    @may(known.permission)
    @may("followups.view")
    def show(request: PersonRequest, pk: int) -> HttpResponse:
        now, user = timezone.now(), request.user
        record = get_object_or_404(known.door(user), pk=pk)
        open_ones, ended = of_record(user, kind, pk, now, done=MOST_DONE)
        shown = {
            "kind": kind,
            "pk": pk,
            "name": str(record),
            "contact_id": record.contact_id,
            "open_ones": open_ones,
            "ended": ended,
            "of_others": not open_ones and is_planned(kind, pk),
            "more": len(ended) == MOST_DONE,
            "back": known.page(record),
            "place": known.place,
            "may_plan": user.can("followups.edit"),
            "now": now,
        }
        fragment = request.htmx and request.htmx.target not in ("drawer", "modal")
        return render(request, "followups/_panel.html" if fragment else "followups/panel.html", shown)

    return show
