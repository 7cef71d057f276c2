"""The bell's page: what one was told in the app."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.views.asking import part_asked
from crm.views.guard import PersonRequest, signed_in
from messaging.bell import address_of, mark_read, notices_of, unread_count
from messaging.filters import BIGGEST, number
from messaging.kinds import described
from messaging.preferences import mute

HERE = "/notifications/"


@require_GET
@signed_in
def notifications(request: PersonRequest) -> HttpResponse:
    """List the notices; HTMX gets the list alone."""
    page = notices_of(request.user, before=number(request.GET.get("before", "")))
    template = "messaging/_bell.html" if part_asked(request) == "notices" else "messaging/notifications.html"
    return render(request, template, {"page": page, "fresh": unread_count(request.user)})


@require_POST
@signed_in
def open_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Mark one read and go to what it is about."""
    if pk > BIGGEST:
        raise Http404
    address = address_of(request.user, pk)
    mark_read(request.user, [pk], now=timezone.now())
    return HttpResponseRedirect(address or HERE)


@require_POST
@signed_in
def read(request: PersonRequest) -> HttpResponse:
    """Mark one, or all, read."""
    one = number(request.POST.get("id", ""))
    count = mark_read(request.user, None if one is None else [one], now=timezone.now())
    if one is None and count:
        messages.success(request, f"Marked {count} read")
    return HttpResponseRedirect(HERE)


@require_POST
@signed_in
def mute_kind(request: PersonRequest, kind: str) -> HttpResponse:
    """Stop a kind of notice."""
    if not mute(request.user, kind):
        raise Http404("There is no such kind of notification.")
    messages.success(request, f"“{described(kind).title}” is muted. Settings, Notifications turns it on again.")
    return HttpResponseRedirect(HERE)
