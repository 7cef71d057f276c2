"""Saying from either page that a client and a partner have to do with each other, and no longer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import contacts_for, partners_for
from crm.models import Contact, Partner, User
from crm.models.contact import ContactQuerySet
from crm.partners.linking import ROLES, BadRole, link, unlink
from crm.partners.views.finding import partner_or_404
from crm.reading.contact_record import contact_or_404
from crm.views.answering import say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
@may("partners.edit")
def link_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask which client and in which role, then link them."""
    partner = partner_or_404(request.user, pk)
    clients = _asked(request.user, request.POST.get("contact", ""))
    problem = ""
    if request.method == "POST":
        problem = "" if clients.exists() else "Choose the client."
        if not problem and (answer := _linked(request, partner, clients, f"/partners/{pk}/")):
            return answer
    shown = {
        "partner": partner,
        "chosen": clients.first(),
        "clients": [(one.pk, one.name) for one in _likely(request.user)],
        "roles": ROLES,
        "role": request.POST.get("role", ""),
        "problem": problem,
    }
    return render(request, "crm/partners/link.html", shown, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
@may("partners.edit")
def contact_page(request: PersonRequest, pk: int) -> HttpResponse:
    """The same from the client's page: ask which partner and in which role, then link them."""
    contact = contact_or_404(request.user, pk)
    chosen = partners_for(request.user).filter(pk__in=ids_in(request.POST.get("partner", ""))[:1]).first()
    problem = ""
    if request.method == "POST":
        problem = "" if chosen else "Choose the partner."
        clients = contacts_for(request.user).filter(pk=contact.pk)
        if chosen and (answer := _linked(request, chosen, clients, f"/contacts/{pk}/")):
            return answer
    shown = {
        "contact": contact,
        "chosen": chosen,
        "partners": list(partners_for(request.user).order_by("name", "pk").values_list("pk", "name")[:MOST]),
        "roles": ROLES,
        "role": request.POST.get("role", ""),
        "problem": problem,
    }
    return render(request, "crm/partners/link_contact.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@may("contacts.view")
@may("partners.edit")
def unlink_client(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a client off the partner; the toast puts them back."""
    partner = partner_or_404(request.user, pk)
    clients = _asked(request.user, request.POST.get("contact", ""))
    who = clients.first()
    result = unlink(partner, clients, by=request.user, now=timezone.now())
    say(request, result, f"{who.name if who else 'They'} and {partner.name} are no longer linked")
    return HttpResponseRedirect(back(request, f"/partners/{pk}/"))


def _asked(user: User, text: str) -> ContactQuerySet:
    """The one client whom a form names, through the door."""
    return contacts_for(user).filter(pk__in=ids_in(text)[:1])


def _likely(user: User) -> list[Contact]:
    """Those one is most likely to mean, for the picker without scripts."""
    mine = contacts_for(user).filter(owner=user) if user.role == "agent" else contacts_for(user)
    return list(mine.active().order_by("next_due_by", "pk")[:50])


def _linked(
    request: PersonRequest, partner: Partner, clients: ContactQuerySet, home: str
) -> HttpResponseRedirect | None:
    """Link them and go back; None where the role cannot be kept, with the reason in a message."""
    try:
        result = link(partner, clients, role=request.POST.get("role", ""), by=request.user, now=timezone.now())
    except BadRole as problem:
        messages.error(request, str(problem))
        return None
    say(request, result, f"Linked with {partner.name}")
    return HttpResponseRedirect(back(request, home))
