"""The teams: who works together."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import people_for, teams_for
from crm.models import Team
from crm.teams import BadTeam, change_team, delete_teams, make_team
from crm.views.guard import PersonRequest, may
from crm.views.settings.forms import TeamForm


@may("team.manage")
@require_safe
def teams(request: PersonRequest) -> HttpResponse:
    """Show the teams with their members."""
    found = teams_for(request.user).prefetch_related("membership_set__user")
    return render(request, "crm/settings/teams.html", {"teams": found})


@may("team.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Make a team."""
    return _form(request, None)


@may("team.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: PersonRequest, team_id: int) -> HttpResponse:
    """Rename a team and say who is in it."""
    return _form(request, get_object_or_404(teams_for(request.user), pk=team_id))


def _form(request: PersonRequest, team: Team | None) -> HttpResponse:
    initial = None
    if team is not None:
        inside = list(team.membership_set.values_list("user_id", "is_lead"))
        initial = {"name": team.name, "members": [pk for pk, _ in inside], "leads": [pk for pk, lead in inside if lead]}
    form = TeamForm(
        request.POST or None, people=people_for(request.user).order_by("full_name", "email"), initial=initial
    )
    if form.is_valid():
        who = {name: [user.pk for user in form.cleaned_data[name]] for name in ("members", "leads")}
        try:
            if team is None:
                make_team(form.cleaned_data["name"], **who)
            else:
                change_team(teams_for(request.user).filter(pk=team.pk), name=form.cleaned_data["name"], **who)
        except BadTeam as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect("settings_teams")
    return render(request, "crm/settings/team.html", {"form": form, "team": team}, status=422 if form.is_bound else 200)


@may("team.manage")
@require_POST
def delete(request: PersonRequest, team_id: int) -> HttpResponse:
    """Dissolve a team."""
    if delete_teams(teams_for(request.user).filter(pk=team_id)):
        messages.success(request, "The team is dissolved; its contacts stay with their owners.")
    return redirect("settings_teams")
