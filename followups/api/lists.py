"""Types, outcomes and templates of follow-ups over the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.api.auth import Token, caller
from crm.api.contact_shapes import LifecycleName
from crm.api.problems import invalid, not_found
from crm.api.shapes import Body, Id, given, refuse_null
from crm.api.team import BY_NUMBER, Paged
from crm.pagination import page
from followups import catalogue
from followups.access import outcomes_for, templates_for, types_for
from followups.api.shapes import PriorityName, Slug
from followups.api.writing import type_id
from followups.models import FollowUpTemplate, FollowUpType, Outcome

router = Router(tags=["Lists"])
READ, MANAGE = Token("followups:read", "followups.view"), Token("admin:write", "settings.manage")
Reminders = Annotated[list[Annotated[int, Field(ge=0, le=527_040)]], Field(max_length=10)]


class TypeOut(Schema):
    id: int
    slug: str
    name: str
    icon: str
    colour: str
    channel: str
    default_minutes: int
    default_reminders: list[int]
    miss_after_minutes: int | None
    archived: bool


class TypePage(Schema):
    items: list[TypeOut]
    next: str | None


class TypeIn(Body):
    name: str = Field(min_length=1, max_length=60)
    icon: str = Field("list-checks", max_length=40, pattern="^[a-z0-9-]+$", description="A Lucide icon's name")
    colour: Literal["plum", "green", "blue", "amber", "red", "grey"] = "grey"
    channel: Literal["", "call", "email", "sms", "whatsapp", "meeting"] = ""
    default_minutes: Annotated[int, Field(ge=0, le=1440)] = 15
    default_reminders: Reminders = []
    miss_after_minutes: Annotated[int, Field(ge=0, le=527_040)] | None = 0


class TypeChange(TypeIn):
    name: str = Field("", min_length=1, max_length=60)


class OutcomeOut(Schema):
    id: int
    slug: str
    label: str
    sense: str
    type: str | None
    archived: bool


class OutcomePage(Schema):
    items: list[OutcomeOut]
    next: str | None


class OutcomeIn(Body):
    label: str = Field(min_length=1, max_length=80)
    sense: Literal["positive", "neutral", "negative", "no_contact"]
    type: Slug | None = None


class TemplateOut(Schema):
    id: int
    name: str
    subject: str
    description: str
    type: str
    priority: str
    delay_days: int
    due_time: str | None = Field(description="Local to the assignee, like 10:00")
    reminders: list[int]
    lifecycles: list[str]
    archived: bool


class TemplatePage(Schema):
    items: list[TemplateOut]
    next: str | None


class TemplateIn(Body):
    name: str = Field(min_length=1, max_length=80)
    subject: str = Field(min_length=1, max_length=200, description="May hold {{ contact.first_name|there }}")
    description: str = Field("", max_length=50_000)
    type: Slug
    priority: PriorityName = "medium"
    delay_days: Annotated[int, Field(ge=0, le=3650)] = 0
    due_time: (
        Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Local to the assignee")] | None
    ) = None
    reminders: Reminders = []
    lifecycles: list[LifecycleName] = []


class TemplateChange(TemplateIn):
    name: str = Field("", min_length=1, max_length=80)
    subject: str = Field("", min_length=1, max_length=200)
    type: Slug = "call"


def type_out(one: FollowUpType) -> dict[str, Any]:
    plain = (
        "id",
        "slug",
        "name",
        "icon",
        "colour",
        "channel",
        "default_minutes",
        "default_reminders",
        "miss_after_minutes",
    )
    return {name: getattr(one, name) for name in plain} | {"archived": one.archived_at is not None}


def outcome_out(one: Outcome) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("id", "slug", "label", "sense")}
    return plain | {"type": one.type.slug if one.type else None, "archived": one.archived_at is not None}


def template_out(one: FollowUpTemplate) -> dict[str, Any]:
    names = ("id", "name", "subject", "description", "priority", "delay_days", "reminders", "lifecycles")
    plain = {name: getattr(one, name) for name in names}
    plain["due_time"] = one.due_time.strftime("%H:%M") if one.due_time else None
    return plain | {"type": one.type.slug, "archived": one.archived_at is not None}


def columns(values: dict[str, Any]) -> dict[str, Any]:
    """The fields as columns: a type by its slug."""
    if values.get("type") is not None:
        values["type_id"] = type_id(values["type"])
        del values["type"]
    return values


@router.get("/types", auth=READ, response=TypePage)
def list_types(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """Types of follow-up, those put away included."""
    items, after = page(types_for(caller(request)), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [type_out(one) for one in items], "next": after}


@router.post("/types", auth=MANAGE, response={201: TypeOut})
def create_type(request: HttpRequest, body: TypeIn) -> Status[dict[str, Any]]:
    """Add a type."""
    return Status(201, type_out(stored(catalogue.add_type, body.model_dump())))


@router.patch("/types/{int:type_id}", auth=MANAGE, response=TypeOut)
def change_one_type(request: HttpRequest, type_id: Id, body: TypeChange) -> dict[str, Any]:
    """Change a type; follow-ups keep it."""
    rows = types_for(caller(request)).filter(pk=type_id)
    first(rows, "type")
    changes = given(body)
    refuse_null(changes, ("miss_after_minutes",))
    stored(catalogue.change_type, rows, changes)
    return type_out(first(rows, "type"))


@router.delete("/types/{int:type_id}", auth=MANAGE, response={204: None})
def archive_type(request: HttpRequest, type_id: Id) -> Status[None]:
    """Put a type away; follow-ups keep it."""
    return put_away(types_for(caller(request)).filter(pk=type_id), "type")


@router.get("/outcomes", auth=READ, response=OutcomePage)
def list_outcomes(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """What may come of a follow-up; without a type: of every one."""
    rows = outcomes_for(caller(request)).select_related("type")
    items, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [outcome_out(one) for one in items], "next": after}


@router.post("/outcomes", auth=MANAGE, response={201: OutcomeOut})
def create_outcome(request: HttpRequest, body: OutcomeIn) -> Status[dict[str, Any]]:
    """Add an outcome."""
    return Status(201, outcome_out(stored(catalogue.add_outcome, columns(body.model_dump()))))


@router.delete("/outcomes/{int:outcome_id}", auth=MANAGE, response={204: None})
def archive_outcome(request: HttpRequest, outcome_id: Id) -> Status[None]:
    """Put an outcome away."""
    return put_away(outcomes_for(caller(request)).filter(pk=outcome_id), "outcome")


@router.get("/templates", auth=READ, response=TemplatePage)
def list_templates(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """Templates of follow-ups, those put away included."""
    rows = templates_for(caller(request)).select_related("type")
    items, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [template_out(one) for one in items], "next": after}


@router.post("/templates", auth=MANAGE, response={201: TemplateOut})
def create_template(request: HttpRequest, body: TemplateIn) -> Status[dict[str, Any]]:
    """Add a template."""
    made = stored(catalogue.add_template, columns(body.model_dump()))
    return Status(201, template_out(first(templates_for(caller(request)).filter(pk=made.pk), "template")))


@router.patch("/templates/{int:template_id}", auth=MANAGE, response=TemplateOut)
def change_one_template(request: HttpRequest, template_id: Id, body: TemplateChange) -> dict[str, Any]:
    """Change a template."""
    rows = templates_for(caller(request)).filter(pk=template_id)
    first(rows, "template")
    changes = given(body)
    refuse_null(changes, ("due_time",))
    stored(catalogue.change_template, rows, columns(changes))
    return template_out(first(rows, "template"))


@router.delete("/templates/{int:template_id}", auth=MANAGE, response={204: None})
def archive_template(request: HttpRequest, template_id: Id) -> Status[None]:
    """Put a template away."""
    return put_away(templates_for(caller(request)).filter(pk=template_id), "template")


def first(rows: Any, what: str) -> Any:
    """The one row. Raises Problem 404."""
    found = rows.first()
    if found is None:
        raise not_found(what)
    return found


def stored(verb: Any, *given: Any) -> Any:
    """Call the verb. Raises Problem 422."""
    try:
        return verb(*given)
    except catalogue.BadEntry as problem:
        raise invalid([(problem.field, str(problem))]) from None


def put_away(rows: Any, what: str) -> Status[None]:
    """Archive the one row. Raises Problem 404 or 422."""
    first(rows, what)
    try:
        catalogue.archive(rows, now=timezone.now())
    except catalogue.BadEntry as problem:
        raise invalid([("", str(problem))]) from None
    return Status(204, None)
