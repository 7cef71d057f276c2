"""Adding a contact and changing one: what was typed is never lost, whatever is wrong with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import contacts_for
from crm.addresses import BadAddress, normal_email, normal_phone, phone_warning
from crm.contact_fields import RULES
from crm.contacts import NewContact, change_contact, create_contacts
from crm.duplicates import Key, find_same
from crm.forms import ContactForm
from crm.merging.being_typed import alike
from crm.models import Contact
from crm.reading.contact_record import contact_or_404, home_country
from crm.searching import search, shown_as_found
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.edit")
def new_page(request: PersonRequest) -> HttpResponse:
    """Ask who it is, and store them; a second click of the same form stores nobody."""
    form = ContactForm(request.POST or None, user=request.user, initial={"owner_id": request.user.pk})
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(made_before(request) or "/contacts/")
        said = form.values()
        said["custom"] = {slug: value for slug, value in said["custom"].items() if value is not None}
        said.setdefault("owner_id", request.user.pk)
        made = create_contacts([NewContact(**said)], by=request.user, now=timezone.now())
        if made.ids:
            address = f"/contacts/{made.ids[0]}/"
            remember_made(request, address)
            messages.success(request, f"Added {Contact(**{name: said[name] for name in _NAMES}).name}")
            return HttpResponseRedirect(address)
        again(request)
        form.refuse(made.refused[0])
    shown = {"form": form, "once": request.POST.get("once") or new_number(), "stale": None}
    return render(request, "crm/contact_new.html", shown, status=422 if form.is_bound else 200)


_NAMES = ("first_name", "last_name", "organisation", "email", "phone", "external_id")


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.edit")
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the contact's fields; when somebody else did meanwhile, show both and keep what was typed."""
    contact = contact_or_404(request.user, pk)
    form = ContactForm.of(contact, user=request.user, data=request.POST or None)
    meanwhile: list[tuple[str, Any, Any]] = []
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        changed = change_contact(
            contacts_for(request.user).filter(pk=pk),
            by=request.user,
            now=timezone.now(),
            changes=form.values(),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        )
        if changed.done:
            messages.success(request, f"Saved {contact.name}")
            return HttpResponseRedirect(f"/contacts/{pk}/")
        form.refuse(changed.refused)
        if changed.stale is not None:
            meanwhile = _differences(changed.stale, form.values())
    shown = {
        "form": form,
        "contact": contact,
        "meanwhile": meanwhile,
        "stale": bool(meanwhile),
        "version": contact.version,
    }
    return render(request, "crm/contact_edit.html", shown, status=409 if meanwhile else 422 if form.is_bound else 200)


def _differences(stored: dict[str, Any], typed: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Fields in which what is stored now and what was typed differ: (label, theirs, yours)."""
    found = [
        (RULES[name].label, _said(stored[name]), _said(value))
        for name, value in typed.items()
        if name != "custom" and _said(stored.get(name)) != _said(value)
    ]
    return found or [("Something", "changed", "as you typed it")]


def _said(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


@require_GET
@may("contacts.view")
def similar(request: PersonRequest) -> HttpResponse:
    """Who is stored already with this e-mail, phone or name: a fragment shown while one types."""
    given, user = request.GET, request.user
    keys, warnings = _typed_keys(request)
    same = find_same(keys)
    but = given.get("but", "")
    ids = {pk for pk in same.values() if str(pk) != but}
    seen = {contact.pk: contact for contact in contacts_for(user).filter(pk__in=ids)}
    name = f"{given.get('first_name', '')} {given.get('last_name', '')}".strip()[:100]
    # First who is written differently and may be meant, then whose name only begins like this.
    first, last, house, city = (
        given.get(name, "")[:100] for name in ("first_name", "last_name", "organisation", "city")
    )
    likes = shown_as_found(alike(user, first_name=first, last_name=last, organisation=house, city=city))
    hits = search(user, name, kinds=["contact"], limit=4) if len(name) > 3 and len(likes) < 4 else []
    both = {hit.id: hit for hit in [*likes, *hits] if hit.id not in seen and str(hit.id) != but}
    shown = {
        "same": list(seen.values()),
        "hidden": len(ids) - len(seen),
        "alike": list(both.values())[:4],
        "warnings": warnings,
    }
    return render(request, "crm/_similar.html", shown)


def _typed_keys(request: PersonRequest) -> tuple[list[Key], list[str]]:
    """What has been typed so far that tells one person from another; half an address is not said to be wrong yet."""
    keys: list[Key] = []
    warnings: list[str] = []
    with suppress(BadAddress):
        keys.append(("email", normal_email(request.GET.get("email", ""))))
    with suppress(BadAddress):
        number = normal_phone(request.GET.get("phone", ""), request.GET.get("country") or home_country())
        keys.append(("phone", number))
        warnings += [warning for warning in [phone_warning(number)] if warning]
    return keys, warnings
