"""The page of the organisation's limits for automations."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from automation.limits import change_limits, current_limits
from automation.models import AutomationPolicy
from crm.views.guard import PersonRequest, may


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    class Meta:
        model = AutomationPolicy
        fields = ("approve_above", "brake_factor", "brake_least")
        labels = {
            "approve_above": "A second person confirms above (people a day)",
            "brake_factor": "Brake at so many times the expected number",
            "brake_least": "But never below (people a day)",
        }
        help_texts = {
            "approve_above": "Expected by what happened in the last 30 days; somebody else who may switch on "
            "automations has to agree",
            "brake_factor": "More than that on one day pauses the automation and holds everybody inside",
            "brake_least": "So that a quiet automation does not stand still for a handful of people",
        }


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def limits_page(request: PersonRequest) -> HttpResponse:
    """Show and save the limits."""
    form = LimitsForm(request.POST or None, instance=current_limits())
    if form.is_valid():
        change_limits({name: form.cleaned_data[name] for name in form.changed_data})
        messages.success(request, "Saved. It counts from the next time that an automation is switched on.")
        return redirect("settings_automations")
    return render(request, "automation/limits.html", {"form": form}, status=422 if form.is_bound else 200)
