"""The search page, and its results while one types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.searching import search, searchables
from crm.views.guard import PersonRequest, may


@require_GET
@may("contacts.view")
def search_page(request: PersonRequest) -> HttpResponse:
    """Show what was found, by kind; HTMX gets the lines alone, fewer of each."""
    text = request.GET.get("q", "").replace("\0", "")[:200]
    typing = bool(request.htmx) and request.htmx.target not in ("drawer", "modal")
    hits = search(request.user, text, limit=5 if typing else 30)
    found = [(kind, [hit for hit in hits if hit.kind == kind.kind]) for kind in searchables()]
    shown = {"q": text, "found": [pair for pair in found if pair[1]], "typing": typing}
    return render(request, "crm/_search_results.html" if typing else "crm/search.html", shown)
