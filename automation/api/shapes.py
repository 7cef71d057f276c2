"""The shapes of automations over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from automation.models import Automation, AutomationState, AutomationVersion
from automation.reading.figures import Figures
from crm.api.shapes import Body, Cursor, Id, Limit, Version

Kind = Literal["workflow", "sequence", "playbook"]
State = Literal["draft", "active", "paused", "archived"]
Inside = Literal["finish", "stop"]


class AutomationRow(Schema):
    id: int
    name: str
    description: str
    kind: Kind
    state: State
    paused_because: str = Field(description="Why it has paused itself; empty where a person did")
    live: int | None = Field(description="The number of the version that lets people in")
    inside: int
    entered: int
    finished: int
    version: int
    created_at: datetime
    updated_at: datetime


class DraftOut(Schema):
    number: int
    lock: int = Field(description="Send it with a change, to be refused if somebody else changed the draft first")
    definition: dict[str, Any]
    waits_for_second_word: bool


class AutomationOut(AutomationRow):
    definition: dict[str, Any] | None = Field(description="Of the live version, as `GET /automations/schema` says")
    draft: DraftOut | None
    forecast: int | None = Field(description="People a day that were expected when it was published")
    brake: int | None = Field(description="If more are about to enter on one day, it pauses itself")


class AutomationPage(Schema):
    items: list[AutomationRow]
    next: str | None


class AutomationFilter(Schema):
    q: str = Field("", max_length=120, description="Words of the name")
    state: Literal["", "draft", "active", "paused", "archived"] = ""
    kind: Literal["", "workflow", "sequence", "playbook"] = ""
    sort: str = Field("name", max_length=40, description="name, created_at, updated_at; - before it turns it round")
    cursor: Cursor = ""
    limit: Limit = 50


class NewAutomation(Body):
    name: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=2000)
    kind: Kind = "workflow"
    definition: dict[str, Any] = Field({}, description="As `GET /automations/schema` says; it becomes the draft")


class AutomationChange(Body):
    name: str = Field("", min_length=1, max_length=120)
    description: str = Field("", max_length=2000)
    definition: dict[str, Any] = Field({}, description="It becomes the draft; the live version never changes")
    version: Version | None = None
    lock: Version | None = None


class ActivateIn(Body):
    lock: Version | None = None


class ArchiveIn(Body):
    inside: Inside = Field("finish", description="Whether those inside finish, or are all stopped")


class EnrollIn(Body):
    contacts: list[Id] = Field(min_length=1, max_length=1000)


class EnteredOut(Schema):
    contact: int
    enrollment: int


class RefusedOut(Schema):
    contact: int
    message: str


class EnrolledOut(Schema):
    entered: list[EnteredOut]
    refused: list[RefusedOut]


class EnrollmentOut(Schema):
    id: int
    contact: int
    status: str = Field(description="active, waiting, paused, paused_ooo, failed, finished, stopped or held_out")
    step: str = Field(description="The id of the step where they are or were")
    version: int = Field(description="The number of the version that they are in")
    why: str
    about: str = Field(description="The record that they are in for, like invoice:12")
    round: int
    next_at: datetime | None
    entered_at: datetime
    ended_at: datetime | None
    stop_reason: str


class EnrollmentPage(Schema):
    items: list[EnrollmentOut]
    next: str | None


class EnrollmentFilter(Schema):
    contact: Id | None = None
    status: Literal[
        "", "active", "waiting", "paused", "paused_ooo", "failed", "finished", "stopped", "held_out"
    ] = ""  # fmt: skip
    cursor: Cursor = ""
    limit: Limit = 50


def row_out(one: Automation, figures: Figures) -> dict[str, Any]:
    """An automation in a list."""
    names = ("id", "name", "description", "kind", "version", "created_at", "updated_at")
    return {name: getattr(one, name) for name in names} | {
        "state": AutomationState(one.state).value,
        "paused_because": one.pause_reason,
        "live": one.live.number if one.live else None,
        "inside": figures.inside,
        "entered": figures.entered,
        "finished": figures.finished,
    }


def automation_out(one: Automation, draft: AutomationVersion | None, figures: Figures, asked: bool) -> dict[str, Any]:
    """An automation by itself."""
    return row_out(one, figures) | {
        "definition": one.live.definition if one.live else None,
        "draft": None
        if draft is None
        else {
            "number": draft.number,
            "lock": draft.lock,
            "definition": draft.definition,
            "waits_for_second_word": asked,
        },
        "forecast": one.forecast,
        "brake": one.brake,
    }
