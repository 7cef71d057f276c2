"""One deal's page, and a contact's deals."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access import deals_for
from crm.deals.record import record_of_deal
from crm.deals.rows import deal_page, sort_of
from crm.deals.views.finding import deal_or_404
from crm.models import StageKind
from crm.panels import panels_of
from crm.reading.contact_record import record_of
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may


@may("deals.view")
@require_safe
def show(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a deal: where it stands, what it is worth, what happened, what is planned, what was invoiced."""
    now, user = timezone.now(), request.user
    deal = deal_or_404(user, pk)
    shown = {
        "deal": deal,
        "record": record_of_deal(user, deal, now),
        "panels": panels_of(request, "deal", deal, now),
        "now": now,
        "may_edit": user.can("deals.edit"),
        "may_delete": user.can("deals.delete"),
        "may_follow_up": user.can("followups.edit"),
        "sees_invoices": user.can("invoices.view"),
        "may_invoice": user.can("invoices.edit"),
    }
    return render(request, "crm/deals/record.html", shown)


@may("deals.view")
@require_safe
def contact_tab(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a contact's deals: the open ones first, then how the others ended."""
    now, user, given = timezone.now(), request.user, request.GET
    record = record_of(user, pk, now)
    theirs = deals_for(user).filter(contact=record.contact)
    open_ones = deal_page(theirs.filter(status=StageKind.OPEN), sort_of("expected"), user, now)
    ended = deal_page(
        theirs.exclude(status=StageKind.OPEN),
        sort_of("-closed"),
        user,
        now,
        after=given.get("after", ""),
        before=given.get("before", ""),
    )
    shown = {
        **frame(request, record, "deals"),
        "open_ones": open_ones.rows,
        "more_open": bool(open_ones.later),
        "ended": ended,
        "may_make": user.can("deals.edit"),
        "now": now,
    }
    return render(request, "crm/deals/contact_tab.html", shown)
