"""The calendar feed, and the page where a person gets, changes and ends its address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm.views.guard import PersonRequest, signed_in
from followups.calendar_feed import calendar, end_address, feed_of, new_address, reader_of


@require_safe
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Send the calendar to who knows the address: calendar programs do not sign in."""
    user = reader_of(token)
    if user is None:
        raise Http404("There is no calendar here.")
    return HttpResponse(
        calendar(user, now=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="follow-ups.ics"', "Referrer-Policy": "no-referrer"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def feed_settings(request: PersonRequest) -> HttpResponse:
    """Show the address; make a new one or end it."""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            end_address(request.user)
            messages.success(request, "The calendar address no longer works")
        else:
            new_address(request.user, now=timezone.now())
            messages.success(request, "There is a new calendar address; older ones no longer work")
        return HttpResponseRedirect(request.path)
    mine = feed_of(request.user)
    address = f"{settings.SITE_URL}/calendar/{mine.token}.ics" if mine else ""
    return render(request, "followups/feed.html", {"feed": mine, "address": address})
