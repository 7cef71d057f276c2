"""Saving the filters of a list page as a view, and removing one's own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from crm.access import saved_views_for
from crm.saved_views import BadView, drop_view, keep_view
from crm.views.guard import PersonRequest, may

View = Callable[..., HttpResponseBase]


def saving(page: str, home: str, permission: str) -> View:
    """The view that keeps a list page, which stands at `home`, as it is under a name."""

    @require_POST
    @may(permission)
    def save_view(request: PersonRequest) -> HttpResponse:
        query, shared = request.POST.get("query", ""), bool(request.POST.get("shared"))
        try:
            view = keep_view(page=page, name=request.POST.get("name", ""), query=query, shared=shared, by=request.user)
        except BadView as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, f"Saved the view “{view.name}”" + (" for everybody" if view.shared else ""))
        return HttpResponseRedirect(f"{home}?{QueryDict(query).urlencode()}")

    return save_view


def dropping(page: str, home: str, permission: str) -> View:
    """The view that removes one of one's own views of a list page."""

    @require_POST
    @may(permission)
    def drop_saved(request: PersonRequest, pk: int) -> HttpResponse:
        view = get_object_or_404(saved_views_for(request.user, page), pk=pk)
        try:
            drop_view(view, by=request.user)
            messages.success(request, f"Removed the view “{view.name}”")
        except BadView as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(home)

    return drop_saved
