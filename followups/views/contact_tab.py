"""A contact's follow-ups: what is open by time, a quick way to add one, what was done below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.models import Contact
from crm.reading.contact_record import contact_or_404, record_of
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may
from crm.views.once import new_number
from crm.zones import local_day
from followups.access import types_for
from followups.reading.hints import IN_VAIN
from followups.reading.record import of_contact


@require_GET
@may("followups.view")
def contact_tab(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the tab: a page of its own, or the fragment that keeps it fresh on the contact's page."""
    now = timezone.now()
    if request.htmx and request.htmx.target not in ("drawer", "modal"):
        shown = _shown(request, contact_or_404(request.user, pk), now)
        return render(request, "followups/_contact_tab.html", shown)
    record = record_of(request.user, pk, now)
    shown = _shown(request, record.contact, now) | frame(request, record, "followups")
    return render(request, "followups/contact_tab.html", shown)


def contact_panel(request: PersonRequest, contact: Contact, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """The same on the contact's page; three queries."""
    if not request.user.can("followups.view"):
        return None
    return "followups/_contact_tab.html", _shown(request, contact, now)


def _shown(request: PersonRequest, contact: Contact, now: datetime) -> dict[str, Any]:
    user = request.user
    open_ones, ended = of_contact(user, contact, now)
    attempts = [row["outcome__sense"] for row in ended if row["status"] == "completed"][:IN_VAIN]
    return {
        "contact": contact,
        "open_ones": open_ones,
        "ended": ended,
        "types": [(one.pk, one.name) for one in types_for(user).filter(archived_at__isnull=True)],
        "today": local_day(now, user.time_zone).isoformat(),
        "in_vain": contact.lifecycle in ("new", "working", "qualified") and attempts == ["no_contact"] * IN_VAIN,
        "may_plan": user.can("followups.edit"),
        "may_edit": user.can("contacts.edit"),
        "once": new_number(),
        "now": now,
    }
