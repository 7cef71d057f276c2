"""What waits between us and a partner: a fragment for the partner's page, and a page of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import partners_for
from crm.models import Partner
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest, may
from followups.reading.linked import add_linked
from followups.reading.of_records import of_record

MOST_DONE = 20


@require_GET
@may("partners.view")
@may("followups.view")
def partner_followups(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the open follow-ups that concern the partner, for whichever client, and the last that ended."""
    partner = partners_for(request.user).filter(pk=pk if pk <= BIGGEST else 0).first()
    if partner is None:
        raise Http404("There is no such partner here.")
    drawn = panel(request, partner, timezone.now())
    assert drawn is not None
    fragment = request.htmx and request.htmx.target not in ("drawer", "modal")
    return render(request, drawn[0] if fragment else "followups/partner_panel.html", drawn[1])


def panel(request: PersonRequest, partner: Partner, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """The same on the partner's page."""
    user = request.user
    if not user.can("followups.view"):
        return None
    open_ones, ended = of_record(user, "partner", partner.pk, now, done=MOST_DONE)
    add_linked(user, open_ones)
    return "followups/_partner_panel.html", {
        "partner": partner,
        "open_ones": open_ones,
        "ended": ended,
        "more": len(ended) == MOST_DONE,
        "may_plan": user.can("followups.edit"),
        "now": now,
    }
