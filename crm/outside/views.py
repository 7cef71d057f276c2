"""Events of other systems: what arrived lately, and what named nobody."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.access import contacts_for
from crm.models import RefusedEvent
from crm.outside import unclaimed
from crm.outside.listing import lately
from crm.searching import search
from crm.views.answering import say
from crm.views.asking import BIGGEST, ids_in
from crm.views.guard import PersonRequest, may

HOME = "/events/"
#: How many of those that name nobody a page shows.
SHOWN = 50


@may("settings.manage")
@require_safe
def events_page(request: PersonRequest) -> HttpResponse:
    """Show what came in the last week, and what waits for a contact."""
    now = timezone.now()
    arrived, newest = lately(request.user, now)
    waiting = list(unclaimed.refused_for(request.user)[: SHOWN + 1])
    shown = {
        "arrived": arrived,
        "newest": newest,
        "waiting": list(zip(waiting[:SHOWN], unclaimed.in_words(waiting[:SHOWN], now), strict=True)),
        "more": len(waiting) > SHOWN,
        "now": now,
    }
    return render(request, "crm/outside/events.html", shown)


@may("settings.manage")
@require_safe
def refused_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one event that named nobody, and whose it could be."""
    one = _one(request, pk)
    asked = request.GET.get("q", one.contact).replace("\0", "").strip()[:200]
    shown = {
        "one": one,
        "said": unclaimed.in_words([one], timezone.now())[0],
        "happened": datetime.fromisoformat(one.payload.get("occurred_at") or one.received_at.isoformat()),
        "q": asked,
        "could_be": search(request.user, asked, kinds=["contact"], limit=6) if asked else [],
    }
    return render(request, "crm/outside/refused.html", shown)


@require_POST
@may("settings.manage")
def attach(request: PersonRequest, pk: int) -> HttpResponse:
    """Put the event on the timeline of the contact that was named."""
    one = _one(request, pk)
    contact = contacts_for(request.user).filter(pk__in=ids_in(request.POST.get("contact", ""))[:1]).first()
    if contact is None:
        messages.error(request, "Say whose it is: choose a contact.")
        return HttpResponseRedirect(f"{HOME}{pk}/")
    picked = unclaimed.refused_for(request.user).filter(pk=one.pk)
    say(
        request,
        unclaimed.attach(picked, contact, by=request.user, now=timezone.now()),
        f"It is on {contact.name}’s timeline",
    )
    return HttpResponseRedirect(HOME)


@require_POST
@may("settings.manage")
def again(request: PersonRequest) -> HttpResponse:
    """Look anew for the contacts of all that wait, or of one."""
    picked = _picked(request)
    result = unclaimed.try_again(picked, by=request.user, now=timezone.now())
    say(request, result, f"{len(result.done):,} found their contact")
    return HttpResponseRedirect(HOME)


@require_POST
@may("settings.manage")
def leave(request: PersonRequest) -> HttpResponse:
    """Go on without the ones that were picked, or without one."""
    result = unclaimed.leave(_picked(request), by=request.user, now=timezone.now())
    say(request, result, f"Left {len(result.done):,}")
    return HttpResponseRedirect(HOME)


def _picked(request: PersonRequest) -> QuerySet[RefusedEvent]:
    waiting = unclaimed.refused_for(request.user)
    return waiting if request.POST.get("all") else waiting.filter(pk__in=ids_in(",".join(request.POST.getlist("ids"))))


def _one(request: PersonRequest, pk: int) -> RefusedEvent:
    return get_object_or_404(unclaimed.refused_for(request.user), pk=pk if pk <= BIGGEST else 0)
