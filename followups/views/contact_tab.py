"""A contact's follow-ups: what is open by time, a quick way to add one, what was done below."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.reading.contact_record import record_of
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
    """Show the tab: a page of its own, or the fragment that the contact's page includes."""
    now, user = timezone.now(), request.user
    record = record_of(user, pk, now)
    contact = record.contact
    open_ones, ended = of_contact(user, contact, now)
    attempts = [row["outcome__sense"] for row in ended if row["status"] == "completed"][:IN_VAIN]
    shown = {
        "contact": contact,
        "open_ones": open_ones,
        "ended": ended,
        "types": [(one.pk, one.name) for one in types_for(user).filter(archived_at__isnull=True)],
        "today": local_day(now, user.time_zone).isoformat(),
        "in_vain": contact.lifecycle in ("new", "working", "qualified") and attempts == ["no_contact"] * IN_VAIN,
        "may_plan": user.can("followups.edit"),
        "once": new_number(),
        "now": now,
        **frame(request, record, "followups"),
    }
    fragment = request.htmx and request.htmx.target not in ("drawer", "modal")
    return render(request, "followups/_contact_tab.html" if fragment else "followups/contact_tab.html", shown)
