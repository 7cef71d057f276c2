"""The settings pages of this floor: types with their outcomes, and templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import User
from crm.views.guard import PersonRequest, may
from followups import catalogue
from followups.access import outcomes_for, templates_for, types_for
from followups.templates import usage
from followups.views.settings_forms import OutcomeForm, TemplateForm, TypeForm


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of entry: where its rows come from, its form, and the verbs."""

    noun: str
    back: str
    rows: Callable[[User], QuerySet[Any]]
    form: type[ModelForm[Any]]
    add: Callable[[dict[str, Any]], Any]
    change: Callable[[Any, dict[str, Any]], int]


SHELVES = {
    "types": Shelf("type", "settings_types", types_for, TypeForm, catalogue.add_type, catalogue.change_type),
    "outcomes": Shelf(
        "outcome", "settings_types", outcomes_for, OutcomeForm, catalogue.add_outcome, catalogue.change_outcome
    ),
    "templates": Shelf(
        "template", "settings_templates", templates_for, TemplateForm, catalogue.add_template, catalogue.change_template
    ),
}


@may("settings.manage")
@require_safe
def types(request: PersonRequest) -> HttpResponse:
    """Show types and outcomes."""
    context = {"types": types_for(request.user), "outcomes": outcomes_for(request.user).select_related("type")}
    return render(request, "followups/settings/types.html", context)


@may("settings.manage")
@require_safe
def templates(request: PersonRequest) -> HttpResponse:
    """Show the templates and what came of each."""
    found = list(templates_for(request.user).select_related("type"))
    return render(request, "followups/settings/templates.html", {"templates": found, "usage": usage(found)})


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: PersonRequest, shelf: str, entry_id: int | None = None) -> HttpResponse:
    """Add an entry, or change one."""
    kept = SHELVES[shelf]
    existing = get_object_or_404(kept.rows(request.user), pk=entry_id) if entry_id else None
    form = kept.form(request.POST or None, instance=existing)
    if form.is_valid():
        try:
            if existing is None:
                kept.add(form.cleaned_data)
            else:
                changes = {name: form.cleaned_data[name] for name in form.changed_data}
                kept.change(kept.rows(request.user).filter(pk=existing.pk), changes)
        except catalogue.BadEntry as problem:
            form.add_error(problem.field or None, str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect(kept.back)
    context = {"form": form, "shelf": shelf, "noun": kept.noun, "back": kept.back, "entry_id": entry_id}
    return render(request, "followups/settings/entry.html", context, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def put_away(request: PersonRequest, shelf: str, entry_id: int) -> HttpResponse:
    """Put an entry away, or take it back into use."""
    kept = SHELVES[shelf]
    found = get_object_or_404(kept.rows(request.user), pk=entry_id)
    this = kept.rows(request.user).filter(pk=entry_id)
    try:
        if found.archived_at is None:
            catalogue.archive(this, now=timezone.now())
            messages.success(request, f"“{found}” is put away. What was made with it stays.")
        else:
            catalogue.bring_back(this)
            messages.success(request, f"“{found}” is in use again.")
    except catalogue.BadEntry as problem:
        messages.error(request, str(problem))
    return redirect(kept.back)
