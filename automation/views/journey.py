"""A contact's automations: a panel on their page, and a page of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from automation.reading.journey import journey_of
from crm.models import Contact
from crm.reading.contact_record import record_of
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may

#: So many rounds are shown on the contact's page, besides those that they are in.
BRIEFLY = 8


def contact_panel(request: PersonRequest, contact: Contact, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """What they are in now and were in lately, on their page; whoever may put them into one sees it even where there is nothing."""
    if not request.user.can("automations.view"):
        return None
    journey = journey_of(request.user, contact.pk, most=BRIEFLY)
    if not (journey.rounds or journey.refused or request.user.can("automations.enroll")):
        return None
    return "automation/_contact_panel.html", _shown(request, contact, journey, brief=True)


@may("automations.view")
@may("contacts.view")
@require_safe
def journey_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show all that they are and were in, and what did not let them in, with the reasons."""
    record = record_of(request.user, pk, timezone.now())
    journey = journey_of(request.user, record.contact.pk)
    shown = _shown(request, record.contact, journey, brief=False) | frame(request, record, "automations")
    return render(request, "automation/journey.html", shown)


def _shown(request: PersonRequest, contact: Contact, journey: Any, *, brief: bool) -> dict[str, Any]:
    return {
        "contact": contact,
        "journey": journey,
        "brief": brief,
        "may_enroll": request.user.can("automations.enroll"),
    }
