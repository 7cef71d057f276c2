"""One follow-up's own page, the sheet of everything that can be done to it, and quick notes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.access import contacts_for
from crm.notes import BadNote, add_note
from crm.views.asking import BIGGEST, back
from crm.views.guard import PersonRequest, may
from followups.models import Priority
from followups.reading.moments import snooze_offers
from followups.reading.record import record_of
from followups.views.finding import one, row_or_404


@require_GET
@may("followups.view")
def record_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a follow-up; the drawer takes the same page."""
    now = timezone.now()
    record = record_of(request.user, one(request.user, pk), now) if pk <= BIGGEST else None
    if record is None:
        raise Http404("There is no such follow-up here.")
    shown = {
        "record": record,
        "f": record.row,
        "now": now,
        "may_edit": request.user.can("followups.edit"),
        "may_delete": request.user.can("followups.delete"),
    }
    return render(request, "followups/record.html", shown)


@require_GET
@may("followups.edit")
def more(request: PersonRequest, pk: int) -> HttpResponse:
    """Offer everything that can be done to a follow-up, as a sheet."""
    now = timezone.now()
    shown = {
        "f": row_or_404(request.user, pk, now),
        "offers": snooze_offers(now, request.user.time_zone),
        "priorities": Priority.choices,
        "may_delete": request.user.can("followups.delete"),
    }
    return render(request, "followups/more.html", shown)


@require_POST
@may("contacts.edit")
def quick_note(request: PersonRequest, pk: int) -> HttpResponse:
    """Write a note on the follow-up's contact."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    contact = contacts_for(request.user).filter(pk=row["contact_id"] or 0).first()
    if contact is None:
        raise Http404("That contact is not here.")
    try:
        add_note(contact, by=request.user, now=now, body=request.POST.get("body", ""))
        messages.success(request, f"Noted for {row['client']}")
    except BadNote as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(back(request, f"/followups/{pk}/"))
