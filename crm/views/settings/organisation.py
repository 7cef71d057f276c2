"""What everybody shares: hours, rhythms, speed to lead, escalation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.organisation_settings import BadSettings, change_settings, current_settings
from crm.panels import panels_of
from crm.views.guard import PersonRequest, may
from crm.views.settings.forms import RHYTHMS, OrganisationForm

SECTIONS = {
    "Who you are": ("name", "country", "time_zone", "currency"),
    "Working hours": ("working_days", "working_from", "working_to"),
    "New leads": ("speed_to_lead_minutes", "speed_to_lead_passes"),
    "Contacts who write": ("respond_minutes",),
    "What is overdue": ("escalate_after_hours", "escalation_step_hours"),
    "Going quiet": (*(f"rhythm_{name}" for name in RHYTHMS), "check_in_hour", "check_ins_per_person"),
}


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PersonRequest) -> HttpResponse:
    """Show and save the organisation's settings."""
    form = OrganisationForm(request.POST or None, instance=current_settings())
    if form.is_valid():
        try:
            change_settings(form.changes())
        except BadSettings as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Saved. It holds for everybody from now on.")
            return redirect("settings_organisation")
    panels = panels_of(request, "organisation", form.instance, timezone.now())
    context = {"form": form, "sections": SECTIONS, "panels": panels}
    return render(request, "crm/settings/organisation.html", context, status=422 if form.is_bound else 200)
