"""What unknown senders wrote: looked at, given to a contact, made a contact of, or set aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.access import contacts_for
from crm.searching import search
from crm.views.answering import say
from crm.views.asking import ids_in
from crm.views.guard import PersonRequest, may
from crm.zones import local_day, zone
from messaging.access import strangers_for
from messaging.filters import BIGGEST
from messaging.inbox.talk import talk_of
from messaging.models import Message
from messaging.models.message import MessageQuerySet
from messaging.strangers import NotMade, attach, make_contact, set_aside
from messaging.views.talk_parts import list_shown

LIST = "/inbox/?tab=unknown"


def _found(request: PersonRequest, pk: int) -> tuple[Message, MessageQuerySet]:
    """One message, and all that its sender wrote; who gave no address wrote just this. Raises Http404."""
    seen = strangers_for(request.user)
    one = seen.filter(pk=pk if pk <= BIGGEST else 0).first()
    if one is None:
        raise Http404("There is no such message here.")
    return one, seen.filter(channel=one.channel, sender=one.sender) if one.sender else seen.filter(pk=one.pk)


@require_GET
@may("messages.view")
def stranger(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what a sender wrote, and who it could be."""
    now, user = timezone.now(), request.user
    one, all_of_it = _found(request, pk)
    name = str(one.data.get("sender_name") or "")
    words = request.GET.get("q", name).replace("\0", "").strip()[:200]
    shown = list_shown(request, now, "unknown") | {
        "contact": None,
        "stranger": one,
        "name": name or one.sender or "Somebody",
        "talk": talk_of(all_of_it, zone(user.time_zone), now),
        "earlier": None,
        "home": f"/inbox/unknown/{pk}/",
        "today": local_day(now, user.time_zone),
        "q": words,
        "could_be": search(user, words, kinds=["contact"], limit=5) if words else [],
        "may_make": user.can("contacts.edit"),
        "now": now,
    }
    return render(request, "messaging/inbox.html", shown)


@require_POST
@may("messages.send")
def attach_to(request: PersonRequest, pk: int) -> HttpResponse:
    """Give what the sender wrote to the contact that was named."""
    _, all_of_it = _found(request, pk)
    contact = contacts_for(request.user).filter(pk__in=ids_in(request.POST.get("contact", ""))[:1]).first()
    if contact is None:
        messages.error(request, "Say whose it is: choose a contact.")
        return HttpResponseRedirect(f"/inbox/unknown/{pk}/")
    attach(all_of_it, contact, by=request.user, now=timezone.now())
    messages.success(request, f"It is {contact.name}’s; what comes from there is known from now on")
    return HttpResponseRedirect(f"/inbox/{contact.pk}/")


@require_POST
@may("contacts.edit")
def new(request: PersonRequest, pk: int) -> HttpResponse:
    """Make a contact of the sender."""
    _, all_of_it = _found(request, pk)
    try:
        made = make_contact(all_of_it, by=request.user, now=timezone.now())
    except NotMade as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(f"/inbox/unknown/{pk}/")
    messages.success(request, "Added as a contact of yours")
    return HttpResponseRedirect(f"/inbox/{made}/")


@require_POST
@may("messages.send")
def aside(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it out of the list."""
    _, all_of_it = _found(request, pk)
    say(request, set_aside(all_of_it, by=request.user, now=timezone.now()), "Set aside")
    return HttpResponseRedirect(LIST)
