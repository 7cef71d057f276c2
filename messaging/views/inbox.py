"""The inbox: the list of talks with one of them open beside it, or one at a time on a phone."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.reading.contact_record import contact_or_404, record_of
from crm.views.answering import say
from crm.views.asking import back, part_asked
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may
from messaging.access import threads_for
from messaging.filters import number
from messaging.inbox.waiting import nothing_to_answer
from messaging.views.talk_parts import list_shown, talk_shown
from messaging.views.writing import composer


@require_GET
@may("messages.view")
def inbox(request: PersonRequest) -> HttpResponse:
    """Show a tab of the list; HTMX gets the list alone."""
    now = timezone.now()
    shown = list_shown(request, now) | {
        "contact": None,
        "now": now,
        "open_id": number(request.GET.get("open", "")) or 0,
    }
    alone = part_asked(request) == "threads"
    return render(request, "messaging/_threads.html" if alone else "messaging/inbox.html", shown)


@require_GET
@may("messages.view")
def talk(request: PersonRequest, contact_id: int) -> HttpResponse:
    """Show a talk beside the list; HTMX gets what was said alone."""
    now = timezone.now()
    shown = talk_shown(request, contact_id, now)
    if part_asked(request) == "talk":
        return render(request, "messaging/_talk.html", shown)
    shown |= list_shown(request, now) | composer(request, shown["contact"], now)
    return render(request, "messaging/inbox.html", shown)


@require_POST
@may("messages.send")
def settle(request: PersonRequest, contact_id: int) -> HttpResponse:
    """Note that there is nothing to answer."""
    contact = contact_or_404(request.user, contact_id)
    result = nothing_to_answer(threads_for(request.user).filter(pk=contact_id), by=request.user, now=timezone.now())
    say(request, result, f"{contact.name} no longer waits for an answer")
    return HttpResponseRedirect(back(request, f"/inbox/{contact_id}/"))


@require_GET
@may("messages.view")
def of_contact(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the talk as a tab of the contact's page; HTMX gets what was said alone."""
    now = timezone.now()
    shown = talk_shown(request, pk, now) | {"home": f"/contacts/{pk}/messages/"}
    if part_asked(request) == "talk":
        return render(request, "messaging/_talk.html", shown)
    shown |= frame(request, record_of(request.user, pk, now), "messages") | composer(request, shown["contact"], now)
    return render(request, "messaging/contact_tab.html", shown)
