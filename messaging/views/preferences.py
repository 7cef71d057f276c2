"""How one wants to be told: the page of notification settings."""

from __future__ import annotations

from hashlib import sha256

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crm.views.guard import PersonRequest, signed_in
from messaging.forms import HoursForm
from messaging.preferences import choices, choose_channels, set_hours, wishes_of
from messaging.push_browsers import browsers_of
from messaging.push_keys import public_push_key


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: PersonRequest) -> HttpResponse:
    """Show the choices, or keep them."""
    user = request.user
    wishes = wishes_of(user)
    if request.method == "POST":
        form = HoursForm(request.POST)
        picked = {wish.kind.name: request.POST.getlist(f"channels-{wish.kind.name}") for wish in wishes}
        if form.is_valid():
            set_hours(user, **form.cleaned_data)
            choose_channels(user, picked)
            messages.success(request, "Saved how you are told")
            return HttpResponseRedirect(request.path)
    else:
        names = ("quiet_from", "quiet_to", "bundle_minutes", "wants_digest", "digest_hour")
        form = HoursForm(initial={name: getattr(user, name) for name in names})
        picked = {wish.kind.name: list(wish.channels) for wish in wishes}
    browsers = browsers_of(user)
    shown = {
        "form": form,
        "wishes": wishes,
        "picked": picked,
        "channels": choices(),
        "push_key": public_push_key(),
        "browsers": browsers,
        "known_browsers": " ".join(sha256(one.endpoint.encode()).hexdigest()[:16] for one in browsers),
    }
    return render(request, "messaging/preferences.html", shown, status=422 if form.errors else 200)
