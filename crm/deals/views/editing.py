"""Making a deal and changing one: what was typed is never lost, whatever is wrong with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import deals_for, people_for
from crm.deals import changing
from crm.deals.fields import LABELS
from crm.deals.forms import DealForm
from crm.deals.making import BadDeals, NewDeal, create_deals
from crm.deals.views.finding import deal_or_404, version_in
from crm.views.answering import say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def new_page(request: PersonRequest) -> HttpResponse:
    """Ask what may be sold to whom, and store it; a second click of the same form stores nothing."""
    given = {name: next(iter(ids_in(request.GET.get(name, ""))), None) for name in ("contact", "stage", "product")}
    initial = {f"{name}_id": pk for name, pk in given.items() if pk}
    form = DealForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(made_before(request) or "/deals/")
        try:
            [pk] = create_deals([NewDeal(**form.values())], by=request.user, now=timezone.now())
        except BadDeals as problem:
            again(request)
            form.refuse(problem.refused[0])
        else:
            address = back(request, f"/deals/{pk}/")
            remember_made(request, address)
            messages.success(request, f"Added {form.cleaned_data['name']}")
            return HttpResponseRedirect(address)
    shown = {"form": form, "once": request.POST.get("once") or new_number(), "next": back(request, "")}
    return render(request, "crm/deals/new.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the deal's fields; when somebody else did meanwhile, show both and keep what was typed."""
    deal = deal_or_404(request.user, pk)
    form = DealForm.of(deal, user=request.user, data=request.POST or None)
    meanwhile: list[tuple[str, Any, Any]] = []
    if request.method == "POST" and form.is_valid():
        changed = changing.change_deal(
            deals_for(request.user).filter(pk=pk),
            by=request.user,
            now=timezone.now(),
            changes=form.values(),
            version=version_in(request.POST.get("version", "")),
            number_meant=form.cleaned_data["number_meant"],
        )
        if changed.done:
            undo = f"undo:/undo/{changed.undo_id}/" if changed.undo_id else ""
            messages.success(request, f"Saved {form.cleaned_data['name']}", extra_tags=undo)
            return HttpResponseRedirect(f"/deals/{pk}/")
        form.refuse(changed.refused)
        if changed.stale is not None:
            meanwhile = _differences(changed.stale, form.values())
    shown = {
        "form": form,
        "deal": deal,
        "meanwhile": meanwhile,
        "doubt": "currency" in form.errors and bool(form.cleaned_data.get("amount")) if form.is_bound else False,
    }
    return render(request, "crm/deals/edit.html", shown, status=409 if meanwhile else 422 if form.is_bound else 200)


def _differences(stored: dict[str, Any], typed: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Fields in which what is stored now and what was typed differ: (label, theirs, yours)."""
    found = [
        (LABELS[name].capitalize(), stored[name], value)
        for name, value in typed.items()
        if str(stored.get(name) or "") != str(value or "")
    ]
    return found or [("Something", "changed", "as you typed it")]


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def give_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask whom to give the deal to, then give it."""
    deal = deal_or_404(request.user, pk)
    if request.method == "POST":
        wanted = request.POST.get("to", "")
        person = people_for(request.user).filter(pk__in=ids_in(wanted)[:1]).first()
        if person or wanted == "nobody":
            result = changing.give(
                deals_for(request.user).filter(pk=pk), to=person, by=request.user, now=timezone.now()
            )
            say(request, result, f"Given to {person.name if person else 'nobody'}")
        # One's own deal, given away, may be out of sight now.
        home = f"/deals/{pk}/" if deals_for(request.user).filter(pk=pk).exists() else "/deals/"
        return HttpResponseRedirect(home)
    people = people_for(request.user).workers().order_by("full_name", "email")
    return render(request, "crm/deals/give.html", {"deal": deal, "people": people})


@require_POST
@may("deals.delete")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the deal out of every list; the toast brings it back."""
    deal = deal_or_404(request.user, pk)
    result = changing.delete(deals_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    say(request, result, f"Deleted {deal.name}")
    return HttpResponseRedirect("/deals/")
