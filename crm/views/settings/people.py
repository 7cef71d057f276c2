"""The team's people: who there is, inviting, changing, closing accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import invitations
from crm.access import absences_for, everybody_for, invitations_for, people_for, teams_for
from crm.handing_over import held_by
from crm.models import User
from crm.people import CannotChange, change_person
from crm.views.guard import PersonRequest, may
from crm.views.settings.forms import InviteForm, PersonForm


@may("team.manage")
@require_safe
def people(request: PersonRequest) -> HttpResponse:
    """Show everybody and the open invitations."""
    everybody = (
        everybody_for(request.user)
        .prefetch_related("teams")
        .select_related("deputy")
        .order_by("-is_active", "full_name", "email")
    )
    waiting = list(invitations_for(request.user).select_related("team", "invited_by").order_by("-created_at"))
    invited = {one.email for one in waiting}
    context = {
        "people": [one for one in everybody if one.email not in invited],
        "waiting": waiting,
        "now": timezone.now(),
    }
    return render(request, "crm/settings/people.html", context)


@may("team.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: PersonRequest) -> HttpResponse:
    """Invite a colleague by e-mail."""
    form = InviteForm(
        request.POST or None, teams=teams_for(request.user), initial={"email": request.GET.get("email", "")}
    )
    if form.is_valid():
        said = form.cleaned_data
        try:
            invitations.invite(said["email"], role=said["role"], team=said["team"], by=request.user, now=timezone.now())
        except invitations.BadInvitation as problem:
            form.add_error("email", str(problem))
        else:
            messages.success(request, f"Invited {said['email']}. The link in the mail works for a week.")
            return redirect("settings_people")
    return render(request, "crm/settings/invite.html", {"form": form}, status=422 if form.is_bound else 200)


@may("team.manage")
@require_POST
def revoke(request: PersonRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    if invitations.revoke(invitations_for(request.user).filter(pk=invitation_id), now=timezone.now()):
        messages.success(request, "The invitation no longer works.")
    return redirect("settings_people")


@may("team.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: PersonRequest, person_id: int) -> HttpResponse:
    """Show one colleague and save what was changed about them."""
    found = get_object_or_404(everybody_for(request.user), pk=person_id)
    form = PersonForm(request.POST or None, instance=found, colleagues=people_for(request.user).exclude(role="viewer"))
    if form.is_valid() and changed(request, form, person_id, form.changes()):
        messages.success(request, "Saved.")
        return redirect("settings_person", person_id)
    known = get_object_or_404(everybody_for(request.user), pk=person_id)  # the form has written into the other one
    context = {
        "form": form,
        "person": known,
        "held": held_by(known),
        "absences": absences_for(request.user).filter(user=known, ends_on__gte=timezone.localdate()),
    }
    return render(request, "crm/settings/person.html", context, status=422 if form.is_bound else 200)


def changed(request: PersonRequest, form: Any, person_id: int, changes: dict[str, Any]) -> User | None:
    """Make the change; a refusal becomes the form's error."""
    try:
        return change_person(
            everybody_for(request.user).filter(pk=person_id), changes=changes, by=request.user, now=timezone.now()
        )
    except CannotChange as problem:
        form.add_error(None, str(problem))
        return None


@may("team.manage")
@require_POST
def close(request: PersonRequest, person_id: int) -> HttpResponse:
    """Close an account; what the person holds stays theirs until it is handed over."""
    return _switched(request, person_id, is_active=False)


@may("team.manage")
@require_POST
def reopen(request: PersonRequest, person_id: int) -> HttpResponse:
    """Open a closed account again."""
    return _switched(request, person_id, is_active=True)


def _switched(request: PersonRequest, person_id: int, *, is_active: bool) -> HttpResponse:
    found = get_object_or_404(everybody_for(request.user), pk=person_id)
    if is_active and not found.has_usable_password():
        messages.error(request, f"{found.name} never chose a password. Send an invitation instead.")
        return redirect("settings_person", person_id)
    try:
        change_person(
            everybody_for(request.user).filter(pk=person_id),
            changes={"is_active": is_active},
            by=request.user,
            now=timezone.now(),
        )
    except CannotChange as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{found.name}’s account is {'open again' if is_active else 'closed'}.")
    return redirect("settings_person", person_id)
