"""One partner's page, and what is done to the partner itself."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.access import deleted_partners_for, partners_for
from crm.panels import panels_of
from crm.partners import changing
from crm.partners.record import details_of, record_of
from crm.partners.views.finding import partner_or_404
from crm.views.answering import say
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest, may


@require_GET
@may("partners.view")
def show(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a partner: what waits, the clients in common, the deals, what happened."""
    now, user, given = timezone.now(), request.user, request.GET
    partner = partner_or_404(user, pk)
    shown = {
        "partner": partner,
        "record": record_of(user, partner, now, after=given.get("after", ""), before=given.get("before", "")),
        "details": details_of(partner),
        "panels": panels_of(request, "partner", partner, now),
        "now": now,
        "may_edit": user.can("partners.edit"),
        "may_link": user.can("partners.edit") and user.can("contacts.view"),
        "may_follow_up": user.can("followups.edit"),
        "sees_clients": user.can("contacts.view"),
    }
    return render(request, "crm/partners/record.html", shown)


@require_POST
@may("partners.edit")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the partner out of every list; the toast brings it back."""
    partner = partner_or_404(request.user, pk)
    result = changing.delete(partners_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    say(request, result, f"Deleted {partner.name}")
    return HttpResponseRedirect("/partners/")


@require_POST
@may("partners.edit")
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    """Bring a deleted partner back."""
    gone = deleted_partners_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    result = changing.restore(gone, by=request.user, now=timezone.now())
    if not result.done and not result.refused:
        partner_or_404(request.user, pk)
    say(request, result, "Restored")
    return HttpResponseRedirect(f"/partners/{pk}/" if result.done else "/partners/")
