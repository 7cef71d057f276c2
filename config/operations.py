"""The operations page: is everything running, what is due or late, what is stuck and why (J3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.heartbeat import STALE_AFTER
from config.operations_facts import facts
from crm.audiences.listing import broken_for
from crm.parked import leave_out, parked_for, try_again
from crm.views.guard import PersonRequest, may
from messaging.arrivals import try_again as read_again
from messaging.set_aside import leave, set_aside_for
from messaging.webhooks.listing import parked_count as parked_webhooks

#: So many parked events are shown; the count says how many there are.
SHOWN = 20


@may("operations.view")
@require_safe
def operations(request: PersonRequest) -> HttpResponse:
    """Show the figures; a page that polls gets them alone."""
    now = timezone.now()
    parked = parked_for(request.user)
    aside = set_aside_for(request.user)
    context = {
        "facts": facts(now=now),
        "parked": parked[:SHOWN],
        "parked_count": parked.count(),
        "aside": aside[:SHOWN],
        "aside_count": aside.count(),
        "webhooks": parked_webhooks(request.user),
        "broken": list(broken_for(request.user)[:SHOWN]),
        "stale_after": STALE_AFTER,
        "now": now,
    }
    template = "operations/_figures.html" if request.htmx and not request.htmx.boosted else "operations/page.html"
    return render(request, template, context)


@may("operations.view")
@require_POST
def retry(request: PersonRequest, parked_id: int) -> HttpResponse:
    """Have a parked event tried again now."""
    if try_again(parked_for(request.user).filter(pk=parked_id), now=timezone.now()):
        messages.success(request, "It is tried again now.")
    return redirect("operations")


@may("operations.view")
@require_POST
def skip(request: PersonRequest, parked_id: int) -> HttpResponse:
    """Go on without a parked event."""
    if leave_out(parked_for(request.user).filter(pk=parked_id)):
        messages.success(request, "Left out. What waited behind it follows.")
    return redirect("operations")


@may("operations.view")
@require_POST
def arrival_again(request: PersonRequest, arrival_id: int) -> HttpResponse:
    """Have something that was set aside read again now."""
    if read_again(
        list(set_aside_for(request.user).filter(pk=arrival_id).values_list("pk", flat=True)), now=timezone.now()
    ):
        messages.success(request, "It is read again now.")
    return redirect("operations")


@may("operations.view")
@require_POST
def arrival_left(request: PersonRequest, arrival_id: int) -> HttpResponse:
    """Leave something that was set aside."""
    if leave(set_aside_for(request.user).filter(pk=arrival_id)):
        messages.success(request, "Left. It is kept for a month.")
    return redirect("operations")


urlpatterns = [
    path("operations/", operations, name="operations"),
    path("operations/parked/<int:parked_id>/retry/", retry, name="operations_retry"),
    path("operations/parked/<int:parked_id>/skip/", skip, name="operations_skip"),
    path("operations/arrivals/<int:arrival_id>/again/", arrival_again, name="operations_arrival_again"),
    path("operations/arrivals/<int:arrival_id>/leave/", arrival_left, name="operations_arrival_left"),
]
