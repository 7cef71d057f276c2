"""The library: ready automations, each with what it will do, installed with one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from automation.library.installing import install
from automation.library.registry import ENTRIES
from automation.reading.library import shelf
from automation.views.catalogue import HOME
from crm.views.guard import PersonRequest, may
from crm.views.once import first_time, made_before, new_number, remember_made

LIBRARY = f"{HOME}library/"
#: What the house does by itself, so that the library has nothing to install: name, what happens, the page of help.
BY_ITSELF = (
    (
        "Follow-ups of a stage",
        "A deal enters a stage, and the set of follow-ups that belongs to it is made.",
        "deals",
        "layers",
    ),
    (
        "Overdue and escalation",
        "What is overdue for a day climbs: to its person, their deputy, the manager, an administrator.",
        "followups",
        "siren",
    ),
    (
        "Reminders",
        "A follow-up with a time reminds its person 15 minutes before, or as its type says.",
        "notices",
        "bell",
    ),
)


@may("automations.edit")
@require_safe
def library_page(request: PersonRequest) -> HttpResponse:
    """Show the entries by group; what is installed says so."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:120]
    shown = {"groups": shelf(request.user, q), "q": q, "by_itself": BY_ITSELF, "once": new_number()}
    return render(request, "automation/library.html", shown)


@may("automations.edit")
@require_POST
def install_now(request: PersonRequest, slug: str) -> HttpResponse:
    """Make a draft of the entry and open it; a second click of the same form opens the same one."""
    if slug not in ENTRIES:
        raise Http404
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or LIBRARY)
    made = install(ENTRIES[slug], by=request.user, now=timezone.now())
    remember_made(request, f"{HOME}{made.pk}/")
    messages.success(
        request, f"Installed “{made.name}”: a draft, with nobody inside. Look at it, rehearse it, publish it."
    )
    return HttpResponseRedirect(f"{HOME}{made.pk}/")
