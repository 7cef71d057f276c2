"""Automations over the API: making, changing, switching, and who is inside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from automation import switching
from automation.access import automations_for, enrollments_for
from automation.activating import NotReady, activate, is_asked
from automation.api.schema import automation_schema
from automation.api.shapes import (
    ActivateIn,
    ArchiveIn,
    AutomationChange,
    AutomationFilter,
    AutomationOut,
    AutomationPage,
    EnrolledOut,
    EnrollIn,
    EnrollmentFilter,
    EnrollmentPage,
    NewAutomation,
    automation_out,
    row_out,
)
from automation.definition.checking import check
from automation.definition.reading import BadDefinition, read_definition
from automation.drafts import edit, seen_of
from automation.enrolling import put_in
from automation.making import BadAutomation, good_description, good_name, rename
from automation.models import Automation, AutomationVersion, Enrollment
from automation.publishing import create
from automation.reading.figures import figures_of
from automation.reading.versions import draft_and_live
from crm.api.auth import Token, caller
from crm.api.contacts import stale
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Id, given, refuse_null
from crm.audiences.api import seen
from crm.pagination import Order, order_of, page

router = Router(tags=["Automations"])
READ = Token("automations:read", "automations.view")
EDIT = Token("automations:write", "automations.edit")
SWITCH = Token("automations:write", "automations.activate")
ENROLL = Token("automations:write", "automations.enroll")
ORDERS = {"name": ("name",), "created_at": ("created_at",), "updated_at": ("updated_at",)}
NEWEST = Order("newest", ("entered_at",), descending=True)


@router.get("/automations", auth=READ, response=AutomationPage)
def list_automations(request: HttpRequest, wanted: Query[AutomationFilter]) -> dict[str, Any]:
    """All automations."""
    rows = automations_for(caller(request)).select_related("live")
    exact = {"state": wanted.state, "kind": wanted.kind, "name__icontains": wanted.q.replace("\0", "")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    items, after = page(rows, order_of(wanted.sort, ORDERS), cursor=wanted.cursor, limit=wanted.limit)
    figures = figures_of([item.pk for item in items])
    return {"items": [row_out(item, figures[item.pk]) for item in items], "next": after}


@router.post("/automations", auth=EDIT, response={201: AutomationOut})
def create_automation(request: HttpRequest, body: NewAutomation) -> Status[dict[str, Any]]:
    """Make an automation: a draft that does nothing until it is activated."""
    _refuse_broken(body.definition)
    try:
        name, description = good_name(body.name), good_description(body.description)
    except BadAutomation as bad:
        raise invalid(bad.problems) from None
    now = timezone.now()
    made = create(name=name, definition=body.definition, by=caller(request), now=now, kind=body.kind)
    if description:
        rename(Automation.objects.filter(pk=made.pk), name=name, description=description, now=now)
    return Status(201, _out(request, made.pk))


@router.get("/automations/schema", auth=READ, response=dict[str, Any])
def get_automation_schema(request: HttpRequest) -> dict[str, Any]:
    """The JSON Schema of a definition with every trigger, step and condition."""
    return automation_schema()


@router.get("/automations/{int:automation_id}", auth=READ, response=AutomationOut)
def get_automation(request: HttpRequest, automation_id: Id) -> dict[str, Any]:
    """One automation with what it does, and its draft."""
    return _out(request, automation_id)


@router.patch("/automations/{int:automation_id}", auth=EDIT, response=AutomationOut)
def change_automation(request: HttpRequest, automation_id: Id, body: AutomationChange) -> dict[str, Any]:
    """Change what is sent. A definition becomes the draft; what can never work is refused, each problem at its step."""
    one, changes, now = _one(request, automation_id), given(body), timezone.now()
    refuse_null(changes, ())
    if "definition" in changes:
        _refuse_broken(body.definition)
    if {"name", "description"} & changes.keys() or body.version is not None:
        name, description = changes.get("name", one.name), changes.get("description", one.description)
        rows = automations_for(caller(request)).filter(pk=one.pk)
        try:
            result = rename(rows, name=name, description=description, now=now, version=body.version)
        except BadAutomation as bad:
            raise invalid(bad.problems) from None
        if result.stale:
            raise stale(_out(request, automation_id))
    if "definition" in changes:
        draft, live = draft_and_live(one)
        if body.lock is not None and body.lock != (draft.lock if draft else body.lock):
            raise stale(_out(request, automation_id))
        changed = edit(
            one, lambda _: body.definition, seen=seen_of(draft or live), said="Changed by a program", by=caller(request),
            now=now,
        )  # fmt: skip
        if changed.stale:
            raise stale(_out(request, automation_id))
    return _out(request, automation_id)


@router.post("/automations/{int:automation_id}/activate", auth=SWITCH, response=AutomationOut)
def activate_automation(request: HttpRequest, automation_id: Id, body: ActivateIn) -> dict[str, Any]:
    """Publish the draft and switch the automation on; without a draft, let a paused one go on. 409 where something stops
    it. Where many people are expected a second person must confirm: then `draft.waits_for_second_word` is true."""
    one, by, now = _one(request, automation_id), caller(request), timezone.now()
    if AutomationVersion.objects.filter(automation=one, published_at__isnull=True).exists():
        try:
            activate(one, by=by, now=now, lock=body.lock)
        except NotReady as problem:
            errors = [(_place(line.step, line.field), line.sentence) for line in problem.checks]
            raise Problem(409, str(problem), errors=errors) from None
    else:
        result = switching.resume(automations_for(by).filter(pk=one.pk), by=by, now=now)
        if result.refused:
            raise Problem(409, f"It has no draft to publish. {result.refused[one.pk]}")
    return _out(request, automation_id)


@router.post("/automations/{int:automation_id}/pause", auth=SWITCH, response=AutomationOut)
def pause_automation(request: HttpRequest, automation_id: Id) -> dict[str, Any]:
    """Let nobody in and hold everybody inside. 409 unless it is active."""
    one, by = _one(request, automation_id), caller(request)
    result = switching.pause(automations_for(by).filter(pk=one.pk), by=by, now=timezone.now())
    if result.refused:
        raise Problem(409, result.refused[one.pk])
    return _out(request, automation_id)


@router.post("/automations/{int:automation_id}/archive", auth=SWITCH, response=AutomationOut)
def archive_automation(request: HttpRequest, automation_id: Id, body: ArchiveIn) -> dict[str, Any]:
    """Put it away: nobody enters any more. 409 where it is already."""
    one, by = _one(request, automation_id), caller(request)
    result = switching.archive(automations_for(by).filter(pk=one.pk), inside=body.inside, by=by, now=timezone.now())
    if result.refused:
        raise Problem(409, result.refused[one.pk])
    return _out(request, automation_id)


@router.post("/automations/{int:automation_id}/enroll", auth=ENROLL, response=EnrolledOut)
def enroll_contacts(request: HttpRequest, automation_id: Id, body: EnrollIn) -> dict[str, Any]:
    """Put up to 1,000 contacts in, as the rules of the automation allow; each who stays out with the reason."""
    one = _one(request, automation_id)
    done = put_in(one, seen(request, body.contacts), by=caller(request), now=timezone.now())
    return {
        "entered": [{"contact": contact, "enrollment": pk} for contact, pk in done.entered.items()],
        "refused": [{"contact": contact, "message": why} for contact, why in done.refused.items()],
    }


@router.get("/automations/{int:automation_id}/enrollments", auth=READ, response=EnrollmentPage)
def list_enrollments(request: HttpRequest, automation_id: Id, wanted: Query[EnrollmentFilter]) -> dict[str, Any]:
    """Who is and was inside, of the contacts that you may see, the newest first."""
    one = _one(request, automation_id)
    rows = enrollments_for(caller(request)).filter(automation=one).select_related("automation_version")
    exact = {"contact": wanted.contact, "status": wanted.status}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    rows = rows.defer("memory", "automation_version__definition")
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [_enrollment(item) for item in items], "next": after}


def _one(request: HttpRequest, pk: int) -> Automation:
    found = automations_for(caller(request)).select_related("live").filter(pk=pk).first()
    if found is None:
        raise not_found("automation")
    return found


def _out(request: HttpRequest, pk: int) -> dict[str, Any]:
    one = _one(request, pk)
    draft, _ = draft_and_live(one)
    return automation_out(one, draft, figures_of([pk])[pk], is_asked(draft))


def _refuse_broken(definition: dict[str, Any]) -> None:
    try:
        problems = check(read_definition(definition)).broken
    except BadDefinition as bad:
        problems = bad.problems
    if problems:
        raise invalid([(f"definition.{_place(one.step, one.field)}".rstrip("."), one.sentence) for one in problems])


def _place(step: str, field: str) -> str:
    return ".".join(part for part in (f"steps.{step}" if step else "", field) if part)


def _enrollment(row: Enrollment) -> dict[str, Any]:
    names = (
        "id", "status", "step", "why", "about", "round", "next_at", "entered_at", "ended_at", "stop_reason",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "contact": row.contact_id,
        "version": row.automation_version.number,
    }
