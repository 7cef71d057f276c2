"""People, teams, tags, views, fields and the audit trail as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from crm.api.shapes import Body, Id

RoleName = Literal["administrator", "manager", "agent", "viewer"]
ColourName = Literal["plum", "green", "blue", "amber", "red", "grey"]


class UserOut(Schema):
    id: int
    email: str
    name: str
    role: str
    is_active: bool
    time_zone: str
    language: str
    capacity: int
    deputy: int | None
    teams: list[int]
    countries: list[str]
    languages: list[str]


class UserPage(Schema):
    items: list[UserOut]
    next: str | None


class UserChange(Body):
    full_name: str = Field("", max_length=200)
    role: RoleName = "agent"
    is_active: bool = True
    time_zone: str = Field("UTC", max_length=64)
    capacity: Annotated[int, Field(ge=1, le=1000)] = 20
    deputy: Id | None = None


class InviteIn(Body):
    email: str = Field(min_length=3, max_length=254)
    role: RoleName = "agent"
    team: Id | None = None


class InvitationOut(Schema):
    id: int
    email: str
    role: str
    team: int | None
    expires_at: datetime


class TeamOut(Schema):
    id: int
    name: str
    members: list[int]
    leads: list[int]


class TeamPage(Schema):
    items: list[TeamOut]
    next: str | None


class TeamIn(Body):
    name: str = Field(min_length=1, max_length=100)
    members: list[Id] = Field([], max_length=1000)
    leads: list[Id] = Field([], max_length=100)


class TagOut(Schema):
    id: int
    slug: str
    name: str
    colour: str


class TagPage(Schema):
    items: list[TagOut]
    next: str | None


class TagIn(Body):
    name: str = Field(min_length=1, max_length=60)
    colour: ColourName = "plum"


class ViewOut(Schema):
    id: int
    page: str
    name: str
    query: str
    owner: int
    shared: bool


class ViewPage(Schema):
    items: list[ViewOut]
    next: str | None


class FieldOut(Schema):
    slug: str
    label: str
    kind: str
    choices: list[str]
    help_text: str


class FieldPage(Schema):
    items: list[FieldOut]
    next: str | None


class ChangeOut(Schema):
    field: str
    before: Any
    after: Any


class AuditOut(Schema):
    kind: str
    id: int
    record: int
    name: str
    action: str
    at: datetime
    user: int | None
    who: str
    address: str
    page: str
    changes: list[ChangeOut]


class AuditPage(Schema):
    items: list[AuditOut]
    next: str | None
