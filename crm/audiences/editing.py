"""Making and changing an audience: name, purpose and condition, with a count and a sample before anything is saved."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import audiences_for, contacts_for
from crm.audiences.forms import AudienceForm
from crm.audiences.listing import sample
from crm.audiences.making import BadAudience, change_audience, make_audience
from crm.audiences.views import HOME, audience_or_404
from crm.conditions.building import Building, from_data, from_form, may_ask
from crm.conditions.compiling import as_q
from crm.conditions.listing import zone
from crm.conditions.patience import in_time
from crm.models import Audience
from crm.models.audience import AudienceKind
from crm.reading.paging import some
from crm.views.guard import PersonRequest, may


@require_http_methods(["GET", "HEAD", "POST"])
@may("audiences.edit")
def new(request: PersonRequest) -> HttpResponse:
    """Ask for name and condition, then make it."""
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    kind = AudienceKind.STATIC if asked == "static" else AudienceKind.DYNAMIC
    form = AudienceForm(request.POST or None)
    building = _building(request, _where(request)) if kind == AudienceKind.DYNAMIC else None
    if _is_complete(request, form, building):
        try:
            made = make_audience(
                **form.cleaned_data,
                kind=kind,
                condition=building.data if building else None,
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, f"Made the audience “{made.name}”")
            return HttpResponseRedirect(f"{HOME}{made.pk}/")
        except BadAudience as bad:
            _show(bad, form, building)
    return _page(request, None, kind, form, building)


@require_http_methods(["GET", "HEAD", "POST"])
@may("audiences.edit")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change name, purpose and condition; a changed condition puts it together anew."""
    one = audience_or_404(request, pk)
    form = AudienceForm(request.POST or None, initial={"name": one.name, "description": one.description})
    building = _building(request, one.condition) if one.kind == AudienceKind.DYNAMIC else None
    if _is_complete(request, form, building):
        changes: dict[str, Any] = dict(form.cleaned_data)
        if building is not None:
            changes["condition"] = building.data
        version = request.POST.get("version", "")
        try:
            result = change_audience(
                audiences_for(request.user).filter(pk=pk),
                by=request.user,
                now=timezone.now(),
                changes=changes,
                version=int(version) if version.isdecimal() and len(version) < 9 else None,
            )
            if not result.stale:
                messages.success(request, "Saved the audience")
                return HttpResponseRedirect(f"{HOME}{pk}/")
            form.add_error(None, "Somebody changed this audience first. Look at it again before you save yours.")
        except BadAudience as bad:
            _show(bad, form, building)
    return _page(request, one, AudienceKind(one.kind), form, building)


@require_POST
@may("audiences.edit")
def look(request: PersonRequest) -> HttpResponse:
    """How many fit what is being built, and ten of them: swapped in while one builds."""
    building = from_form(request.POST, live=True)
    return render(request, "crm/audiences/_sample.html", _ahead(request, building))


def _building(request: PersonRequest, stored: Any) -> Building:
    return from_form(request.POST) if request.method == "POST" else from_data(stored)


def _where(request: PersonRequest) -> Any:
    """The condition of the list that somebody came from."""
    try:
        found = json.loads(request.GET.get("where", "null"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_complete(request: PersonRequest, form: AudienceForm, building: Building | None) -> bool:
    """Whether to save: it was asked for, and everything has been said."""
    if request.method != "POST" or request.POST.get("look") or (building is not None and building.acted):
        return False
    return form.is_valid() and (building is None or building.condition is not None)


def _show(bad: BadAudience, form: AudienceForm, building: Building | None) -> None:
    for name, sentence in bad.problems:
        if name.startswith("condition") and building is not None:
            building.problems.append(sentence)
        else:
            form.add_error(name if name in form.fields else None, sentence)


def _page(
    request: PersonRequest, one: Audience | None, kind: AudienceKind, form: AudienceForm, building: Building | None
) -> HttpResponse:
    asked_more = request.POST.get("look") or (building is not None and building.acted)
    shown = {"audience": one, "kind": kind, "form": form, "building": building} | _ahead(request, building)
    status = 422 if request.method == "POST" and not asked_more else 200
    return render(request, "crm/audiences/edit.html", shown, status=status)


def _ahead(request: PersonRequest, building: Building | None) -> dict[str, Any]:
    """How many of the contacts that the person may see fit so far, and some of them."""
    if building is None or building.preview is None or not may_ask(building, request.user):
        return {"number": None, "more": False, "rows": []}
    fits = as_q(building.preview, now=timezone.now(), zone=zone())
    fitting = contacts_for(request.user).filter(fits)
    found = in_time(lambda: (*some(fitting), sample(request.user, fits)))
    if found is None:
        building.problems.append("Counting this takes too long; ask for less.")
        return {"number": None, "more": False, "rows": []}
    number, more, rows = found
    return {"number": number, "more": more, "rows": rows}
