"""Days away: one's own, and everybody's for those who manage the team."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.absences import BadAbsence, add_absence, remove_absence
from crm.access import absences_for, people_for
from crm.views.guard import PersonRequest, signed_in
from crm.views.settings.forms import AbsenceForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: PersonRequest) -> HttpResponse:
    """Show who is away when; add days."""
    people = people_for(request.user).order_by("full_name", "email")
    if not request.user.can("team.manage"):
        people = people.filter(pk=request.user.pk)
    form = AbsenceForm(request.POST or None, people=people, initial={"user": request.user.pk})
    if form.is_valid():
        said = form.cleaned_data
        try:
            add_absence(said["user"], starts_on=said["starts_on"], ends_on=said["ends_on"], note=said["note"])
        except BadAbsence as problem:
            form.add_error("ends_on", str(problem))
        else:
            messages.success(request, f"Noted. Nothing new comes to {said['user'].name} on those days.")
            return redirect("settings_absences")
    coming = absences_for(request.user).filter(ends_on__gte=timezone.localdate()).select_related("user")
    context = {"form": form, "absences": coming, "alone": not request.user.can("team.manage")}
    return render(request, "crm/settings/absences.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def delete(request: PersonRequest, absence_id: int) -> HttpResponse:
    """Take days away back."""
    absence = get_object_or_404(absences_for(request.user).select_related("user"), pk=absence_id)
    remove_absence(absence.user, absence.pk)
    messages.success(request, "Taken back.")
    return redirect("settings_absences")
