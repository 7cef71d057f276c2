"""The settings of writing to contacts: the rules, and the addresses that are not written to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.views.guard import PersonRequest, may
from messaging.filters import BIGGEST
from messaging.models import MessageChannel, SuppressionReason
from messaging.policy_settings import BadPolicy, change_policy, change_rates, current_policy, provider_rates
from messaging.stopped_addresses import OF_THE_OWNER, page_of_stops, suppressions_for
from messaging.suppressing import Stop, lift, suppress
from messaging.views.policy_forms import WAYS, PolicyForm, StopForm


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: PersonRequest) -> HttpResponse:
    """Show and save the rules."""
    form = PolicyForm(request.POST or None, instance=current_policy(), rates=provider_rates())
    if form.is_valid():
        try:
            change_policy(form.changes())
            change_rates(form.changed_rates())
        except BadPolicy as problem:
            form.add_error(problem.field or None, str(problem))
        else:
            messages.success(request, "Saved. What waits already is judged by it when its time comes.")
            return redirect("settings_messages")
    context = {"form": form, "sections": form.sections()}
    return render(request, "messaging/settings/policy.html", context, status=422 if form.is_bound else 200)


@may("suppressions.manage")
@require_safe
def stops(request: PersonRequest) -> HttpResponse:
    """Show the addresses that are not written to."""
    given = {name: request.GET.get(name, "") for name in ("q", "channel", "reason", "lifted", "before")}
    context = {
        "given": given,
        "found": page_of_stops(suppressions_for(request.user), given),
        "ways": dict(WAYS),
        "reasons": dict(SuppressionReason.choices),
        "said_by_them": OF_THE_OWNER,
    }
    return render(request, "messaging/settings/suppressions.html", context)


@may("suppressions.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: PersonRequest) -> HttpResponse:
    """Stop an address by hand."""
    form = StopForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        entry = Stop(said["channel"], said["address"], SuppressionReason.BY_HAND, said["detail"])
        if suppress([entry], by=request.user, now=timezone.now()):
            messages.success(request, f"{said['address']} is not written to any more.")
        else:
            messages.info(request, f"{said['address']} was stopped before.")
        return redirect("settings_suppressions")
    return render(request, "messaging/settings/stop.html", {"form": form}, status=422 if form.is_bound else 200)


@may("suppressions.manage")
@require_POST
def release(request: PersonRequest, stop_id: int) -> HttpResponse:
    """Let an address be written to again."""
    kept = get_object_or_404(suppressions_for(request.user), pk=min(stop_id, BIGGEST))
    if lift([kept.pk], by=request.user, now=timezone.now()):
        way = MessageChannel(kept.channel).label
        messages.success(request, f"{kept.address} may be written to again by {way}. What they refused stays refused.")
    return redirect("settings_suppressions")
