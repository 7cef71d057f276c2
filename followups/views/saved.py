"""Saving the filters of the list as a view, and removing one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from crm.access import saved_views_for
from crm.saved_views import BadView, drop_view, keep_view
from crm.views.guard import PersonRequest, may
from followups.views.listing import PAGE_NAME


@require_POST
@may("followups.view")
def save_view(request: PersonRequest) -> HttpResponse:
    """Keep the list as it is under a name."""
    query, shared = request.POST.get("query", ""), bool(request.POST.get("shared"))
    try:
        view = keep_view(page=PAGE_NAME, name=request.POST.get("name", ""), query=query, shared=shared, by=request.user)
    except BadView as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Saved the view “{view.name}”" + (" for everybody" if view.shared else ""))
    return HttpResponseRedirect(f"/followups/?{query}")


@require_POST
@may("followups.view")
def drop_saved(request: PersonRequest, pk: int) -> HttpResponse:
    """Remove one's own view."""
    view = get_object_or_404(saved_views_for(request.user, PAGE_NAME), pk=pk)
    try:
        drop_view(view, by=request.user)
        messages.success(request, f"Removed the view “{view.name}”")
    except BadView as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect("/followups/")
