"""The settings pages of sets: what there is and what came of it, a form, and putting away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.views.guard import PersonRequest, may
from followups import catalogue
from followups.access import sets_for
from followups.house_rules import resting_in_words
from followups.set_catalogue import add_set, change_set
from followups.set_forms import SetForm, items_form, items_of
from followups.templates import set_usage


@may("settings.manage")
@require_safe
def sets(request: PersonRequest) -> HttpResponse:
    """Show the sets and what came of each."""
    found = list(
        sets_for(request.user)
        .select_related("stage__pipeline", "document_kind")
        .prefetch_related("items__template")
        .order_by("archived_at", "occasion", "stage__pipeline__position", "stage__position", "name")
    )
    shown = {"sets": found, "usage": set_usage(found), "resting": resting_in_words()}
    return render(request, "followups/settings/sets.html", shown)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def one_set(request: PersonRequest, entry_id: int | None = None) -> HttpResponse:
    """Add a set, or change one."""
    existing = get_object_or_404(sets_for(request.user), pk=entry_id) if entry_id else None
    data: Any = request.POST if request.method == "POST" else None
    form, lines = SetForm(data, keep=existing), items_form(request.user, data, existing)
    if data is not None and form.is_valid() and lines.is_valid():
        try:
            if existing is None:
                add_set(form.values(), items_of(lines))
            else:
                change_set(sets_for(request.user).filter(pk=existing.pk), form.values(), items_of(lines))
        except catalogue.BadEntry as problem:
            field = problem.field.removesuffix("_id")
            form.add_error(field if field in form.fields else None, str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect("settings_sets")
    away = existing is not None and existing.archived_at is not None
    shown = {"form": form, "lines": lines, "entry_id": entry_id, "away": away}
    return render(request, "followups/settings/set.html", shown, status=422 if data is not None else 200)


@may("settings.manage")
@require_POST
def put_away(request: PersonRequest, entry_id: int) -> HttpResponse:
    """Put a set away, or take it back into use."""
    found = get_object_or_404(sets_for(request.user), pk=entry_id)
    this = sets_for(request.user).filter(pk=entry_id)
    if found.archived_at is None:
        catalogue.archive(this, now=timezone.now())
        messages.success(request, f"“{found}” is put away. What was made with it stays.")
    else:
        catalogue.bring_back(this)
        messages.success(request, f"“{found}” is in use again.")
    return redirect("settings_sets")
