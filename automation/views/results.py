"""How an automation does."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from automation.reading.outcomes import WITHIN
from automation.reading.results import results_of
from automation.views.frame import automation_or_404, framed
from crm.money import show_totals
from crm.views.guard import PersonRequest, may

#: Since when people entered who are counted: value, words, days.
PERIODS = {"30": ("Last 30 days", 30), "90": ("Last 90 days", 90), "365": ("Last year", 365), "all": ("All", 36_500)}


@may("automations.view")
@require_safe
def results_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the funnel, each step, why people left, and what can be said of splits and of those held out."""
    automation = automation_or_404(request, pk)
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "90"
    results = results_of(automation, since=timezone.now() - timedelta(days=PERIODS[period][1]))
    shown = framed(
        request, automation, "results",
        results=results, exits=[(words, f"{people:,}") for words, people in results.exits], period=period, periods=PERIODS, within=WITHIN.days,
        money=show_totals(dict(results.money)) if request.user.can("invoices.view") else "",
    )  # fmt: skip
    return render(request, "automation/results.html", shown)
