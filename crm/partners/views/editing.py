"""Adding a partner and changing one: what was typed is never lost, whatever is wrong with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.access import partners_for
from crm.models import Partner, User
from crm.partners.changing import change_partner
from crm.partners.fields import RULES
from crm.partners.forms import PartnerForm
from crm.partners.making import NewPartner, create_partners
from crm.partners.views.finding import partner_or_404
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made


@require_http_methods(["GET", "HEAD", "POST"])
@may("partners.edit")
def new_page(request: PersonRequest) -> HttpResponse:
    """Ask who it is, and store them; a second click of the same form stores nobody."""
    form = PartnerForm(request.POST or None, user=request.user, initial={"owner_id": request.user.pk})
    twin = None
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(made_before(request) or "/partners/")
        made = create_partners([NewPartner(**form.values())], by=request.user, now=timezone.now())
        if made.ids:
            address = f"/partners/{made.ids[0]}/"
            remember_made(request, address)
            undo = f"undo:/undo/{made.undo_id}/" if made.undo_id else ""
            messages.success(request, f"Added {form.cleaned_data['name'].strip()}", extra_tags=undo)
            return HttpResponseRedirect(address)
        again(request)
        form.refuse(made.refused[0])
        twin = _twin(request.user, made.same_as.get(0))
    shown = {"form": form, "twin": twin, "once": request.POST.get("once") or new_number()}
    return render(request, "crm/partners/new.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("partners.edit")
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the partner's fields; when somebody else did meanwhile, show both and keep what was typed."""
    partner = partner_or_404(request.user, pk)
    form = PartnerForm.of(partner, user=request.user, data=request.POST or None)
    meanwhile: list[tuple[str, Any, Any]] = []
    twin = None
    if request.method == "POST" and form.is_valid():
        changed = change_partner(
            partners_for(request.user).filter(pk=pk),
            by=request.user,
            now=timezone.now(),
            changes=form.values(),
            version=form.cleaned_data["version"],
        )
        if changed.done:
            undo = f"undo:/undo/{changed.undo_id}/" if changed.undo_id else ""
            messages.success(request, f"Saved {form.cleaned_data['name'].strip()}", extra_tags=undo)
            return HttpResponseRedirect(f"/partners/{pk}/")
        form.refuse(changed.refused)
        twin = _twin(request.user, changed.same_as)
        if changed.stale is not None:
            meanwhile = _differences(changed.stale, form.values())
    shown = {"form": form, "partner": partner, "meanwhile": meanwhile, "twin": twin, "version": partner.version}
    return render(request, "crm/partners/edit.html", shown, status=409 if meanwhile else 422 if form.is_bound else 200)


def _twin(user: User, pk: int | None) -> Partner | None:
    return partners_for(user).filter(pk=pk).first() if pk else None


def _differences(stored: dict[str, Any], typed: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Fields in which what is stored now and what was typed differ: (label, theirs, yours)."""
    found = [
        (RULES[name].label, stored[name], value)
        for name, value in typed.items()
        if str(stored.get(name) or "") != str(value or "")
    ]
    return found or [("Something", "changed", "as you typed it")]
