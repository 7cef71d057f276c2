"""Colleagues, invitations and teams over the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from crm import invitations
from crm.access import everybody_for, invitations_for, people_for, teams_for
from crm.api.admin_shapes import (
    InvitationOut,
    InviteIn,
    RoleName,
    TeamIn,
    TeamOut,
    TeamPage,
    UserChange,
    UserOut,
    UserPage,
)
from crm.api.auth import Token, caller
from crm.api.problems import invalid, not_found
from crm.api.shapes import Cursor, Id, Limit, given, refuse_null
from crm.models import Team, User
from crm.pagination import Order, page
from crm.people import CannotChange, change_person
from crm.teams import BadTeam, change_team, delete_teams, make_team
from crm.zones import zone_names

router = Router(tags=["Team"])
READ, MANAGE = Token("admin:read"), Token("admin:write", "team.manage")
BY_NUMBER = Order("number", (), descending=False)


class UserFilter(Schema):
    role: RoleName | None = None
    is_active: bool | None = True
    cursor: Cursor = ""
    limit: Limit = 50


class Paged(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


def user_out(user: User) -> dict[str, Any]:
    plain = {name: getattr(user, name) for name in _PLAIN}
    return plain | {"deputy": user.deputy_id, "teams": [team.pk for team in user.teams.all()]}


_PLAIN = ("id", "email", "name", "role", "is_active", "time_zone", "language", "capacity", "countries", "languages")


@router.get("/users", auth=READ, response=UserPage)
def list_users(request: HttpRequest, wanted: Query[UserFilter]) -> dict[str, Any]:
    """Colleagues."""
    rows = everybody_for(caller(request)).prefetch_related("teams")
    exact = {"role": wanted.role, "is_active": wanted.is_active}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    items, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [user_out(one) for one in items], "next": after}


@router.get("/users/me", auth=Token("contacts:read"), response=UserOut)
def get_me(request: HttpRequest) -> dict[str, Any]:
    """Who the token belongs to."""
    return user_out(caller(request))


@router.post("/users/invite", auth=MANAGE, response={201: InvitationOut})
def invite_user(request: HttpRequest, body: InviteIn) -> Status[dict[str, Any]]:
    """Invite a colleague by e-mail; the link works once, for a week."""
    team = None
    if body.team is not None and (team := teams_for(caller(request)).filter(pk=body.team).first()) is None:
        raise invalid([("team", "There is no team with this number.")])
    try:
        made = invitations.invite(body.email, role=body.role, team=team, by=caller(request), now=timezone.now())
    except invitations.BadInvitation as problem:
        raise invalid([("email", str(problem))]) from None
    return Status(201, invitation_out(made))


def invitation_out(one: Any) -> dict[str, Any]:
    return {"id": one.pk, "email": one.email, "role": one.role, "team": one.team_id, "expires_at": one.expires_at}


@router.delete("/users/invitations/{int:invitation_id}", auth=MANAGE, response={204: None})
def revoke_invitation(request: HttpRequest, invitation_id: Id) -> Status[None]:
    """Take an invitation back."""
    if not invitations.revoke(invitations_for(caller(request)).filter(pk=invitation_id), now=timezone.now()):
        raise not_found("open invitation")
    return Status(204, None)


@router.get("/users/{int:user_id}", auth=READ, response=UserOut)
def get_user(request: HttpRequest, user_id: Id) -> dict[str, Any]:
    """One colleague."""
    return user_out(_user(request, user_id))


@router.patch("/users/{int:user_id}", auth=MANAGE, response=UserOut)
def change_user(request: HttpRequest, user_id: Id, body: UserChange) -> dict[str, Any]:
    """Change a colleague's name, role, capacity, deputy; close or open the account."""
    user = _user(request, user_id)
    changes = given(body)
    refuse_null(changes, ("deputy",))
    if "time_zone" in changes and changes["time_zone"] not in zone_names():
        raise invalid([("time_zone", "This is not a time zone. Use a name like Europe/Paris.")])
    if "deputy" in changes:
        deputy = changes.pop("deputy")
        if deputy is not None and not people_for(caller(request)).filter(pk=deputy).exists():
            raise invalid([("deputy", "There is no colleague with this number.")])
        changes["deputy_id"] = deputy
    if changes.get("is_active") and not user.has_usable_password():
        raise invalid([("is_active", "This person never chose a password. Send an invitation instead.")])
    try:
        change_person(
            everybody_for(caller(request)).filter(pk=user.pk), changes=changes, by=caller(request), now=timezone.now()
        )
    except CannotChange as problem:
        raise invalid([("", str(problem))]) from None
    return user_out(_user(request, user_id))


def _user(request: HttpRequest, user_id: int) -> User:
    found = everybody_for(caller(request)).prefetch_related("teams").filter(pk=user_id).first()
    if found is None:
        raise not_found("colleague")
    return found


@router.get("/teams", auth=READ, response=TeamPage)
def list_teams(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """Teams with their members."""
    rows = teams_for(caller(request)).prefetch_related("membership_set")
    items, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [team_out(team) for team in items], "next": after}


def team_out(team: Team) -> dict[str, Any]:
    inside = list(team.membership_set.all())
    return {
        "id": team.pk,
        "name": team.name,
        "members": [one.user_id for one in inside],
        "leads": [one.user_id for one in inside if one.is_lead],
    }


@router.post("/teams", auth=MANAGE, response={201: TeamOut})
def create_team(request: HttpRequest, body: TeamIn) -> Status[dict[str, Any]]:
    """Make a team. Leads are members, too."""
    try:
        return Status(201, team_out(make_team(body.name, members=body.members, leads=body.leads)))
    except BadTeam as problem:
        raise invalid([("name", str(problem))]) from None


@router.get("/teams/{int:team_id}", auth=READ, response=TeamOut)
def get_team(request: HttpRequest, team_id: Id) -> dict[str, Any]:
    """One team."""
    found = teams_for(caller(request)).filter(pk=team_id).first()
    if found is None:
        raise not_found("team")
    return team_out(found)


@router.patch("/teams/{int:team_id}", auth=MANAGE, response=TeamOut)
def change_one_team(request: HttpRequest, team_id: Id, body: TeamIn) -> dict[str, Any]:
    """Rename a team and set who is in it."""
    get_team(request, team_id)
    rows = teams_for(caller(request)).filter(pk=team_id)
    try:
        return team_out(change_team(rows, name=body.name, members=body.members, leads=body.leads))
    except BadTeam as problem:
        raise invalid([("name", str(problem))]) from None


@router.delete("/teams/{int:team_id}", auth=MANAGE, response={204: None})
def delete_team(request: HttpRequest, team_id: Id) -> Status[None]:
    """Dissolve a team; its contacts stay with their owners."""
    if not delete_teams(teams_for(caller(request)).filter(pk=team_id)):
        raise not_found("team")
    return Status(204, None)
