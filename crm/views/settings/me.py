"""One's own account: name, time zone, language and looks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.access import everybody_for
from crm.people import change_person
from crm.views.guard import PersonRequest, signed_in
from crm.views.settings.forms import ProfileForm

YEAR = 366 * 24 * 3600  # seconds


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """Show and save one's own account."""
    form = ProfileForm(request.POST or None, instance=everybody_for(request.user).get(pk=request.user.pk))
    if not form.is_valid():
        return render(request, "crm/settings/me.html", {"form": form}, status=422 if form.is_bound else 200)
    changes = {name: form.cleaned_data[name] for name in form.changed_data}
    changed = change_person(
        everybody_for(request.user).filter(pk=request.user.pk), changes=changes, by=request.user, now=timezone.now()
    )
    messages.success(request, "Saved.")
    response = redirect("settings_me")
    # The layout reads these before it knows who asks, so that no page flashes in the other theme.
    for name, value, plain in (("theme", changed.theme, "system"), ("density", changed.density, "comfortable")):
        if value == plain:
            response.delete_cookie(name)
        else:
            response.set_cookie(name, value, max_age=YEAR, samesite="Lax")
    return response
