"""Many follow-ups at once over the API: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from pydantic import Field, ValidationError, model_validator

from crm.api.auth import caller, require
from crm.api.contacts import tag_ids
from crm.api.problems import Problem, invalid
from crm.api.shapes import Body, Id
from followups import transitions
from followups.access import followups_for
from followups.api.reading import Wanted, narrowed, router
from followups.api.shapes import Cancellation, Completion, NewDue, PriorityName, Slug, Snooze, due_of
from followups.api.writing import WRITE, on_field, person
from followups.bulk import MOST, NotAll, all_or_none, share
from followups.models.followup import FollowUpQuerySet


class Nothing(Body):
    """An action without parameters."""


class PriorityTo(Body):
    priority: PriorityName


class AssignTo(Body):
    assignee: Id | None = Field(None, description="Left out: shared out by load")


class Retag(Body):
    add: list[Slug] = Field([], max_length=50)
    remove: list[Slug] = Field([], max_length=50)


class PinTo(Body):
    pinned: bool = True


def _until(params: Snooze, now: datetime) -> datetime:
    return params.until or now + timedelta(minutes=params.minutes or 0)


#: Action -> the shape of its parameters, the verb, and what the verb is told.
ACTIONS: dict[str, tuple[type[Body], str, Callable[[HttpRequest, Any, datetime], dict[str, Any]]]] = {
    "start": (Nothing, "start", lambda r, p, now: {}),
    "complete": (Completion, "complete", lambda r, p, now: p.model_dump(exclude={"version"})),
    "cancel": (Cancellation, "cancel", lambda r, p, now: {"reason": p.reason}),
    "reopen": (Nothing, "reopen", lambda r, p, now: {}),
    "reschedule": (NewDue, "reschedule", lambda r, p, now: {"due": due_of(p.due_at)}),
    "snooze": (Snooze, "snooze", lambda r, p, now: {"until": _until(p, now)}),
    "assign": (AssignTo, "delegate", lambda r, p, now: {"to": person(r, p.assignee, "params.assignee")}),
    "pin": (PinTo, "pin", lambda r, p, now: {"pinned": p.pinned}),
    "set_priority": (PriorityTo, "set_priority", lambda r, p, now: {"priority": p.priority}),
    "tag": (Retag, "tag", lambda r, p, now: {"add": tag_ids(r, p.add), "remove": tag_ids(r, p.remove)}),
    "delete": (Nothing, "delete", lambda r, p, now: {}),
}
ActionName = Literal[
    "start", "complete", "cancel", "reopen", "reschedule", "snooze", "assign", "pin", "set_priority", "tag", "delete"
]


class Bulk(Body):
    """Exactly one of `ids` and `filter`."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)] | None = None
    filter: Wanted | None = None
    action: ActionName
    params: dict[str, Any] = Field({}, description="As the body of the single action")

    @model_validator(mode="after")
    def _one_of_two(self) -> Bulk:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give ids or filter, one of the two")
        return self


class BulkDone(Schema):
    action: str
    count: int
    ids: list[int]
    undo: int | None = Field(description="Takes it back for ten minutes")


@router.post("/followups/bulk", auth=WRITE, response=BulkDone)
def bulk_followups(request: HttpRequest, body: Bulk) -> dict[str, Any]:
    """Do the same to many follow-ups. When one of them cannot, none is changed, and 409 names those in `refused`."""
    if body.action == "delete":
        require(request, "followups.delete")
    now = timezone.now()
    shape, verb, told = ACTIONS[body.action]
    try:
        params = shape.model_validate(body.params)
    except ValidationError as problem:
        raise invalid(
            [
                (".".join(["params", *map(str, one["loc"])]), one["msg"].removeprefix("Value error, "))
                for one in problem.errors()
            ]
        ) from None
    user = caller(request)
    rows = chosen(request, body, now)
    seen = set(rows.values_list("pk", flat=True))
    if missing := set(body.ids or ()) - seen:
        raise not_all(dict.fromkeys(missing, "There is no such follow-up, or you may not see it."))
    try:
        with on_field("params"):
            if isinstance(params, AssignTo) and params.assignee is None:
                require(request, "followups.assign")
                result = share(rows, by=user, now=now)
            else:
                how = told(request, params, now)
                result = all_or_none(getattr(transitions, verb), rows, by=user, now=now, **how)
    except NotAll as problem:
        raise not_all(problem.refused) from None
    return {"action": body.action, "count": len(result.done), "ids": result.done, "undo": result.undo_id}


def not_all(refused: dict[int, str]) -> Problem:
    """A 409 that names those which cannot be changed so."""
    return Problem(
        409,
        f"{len(refused):,} of them cannot be changed so; nothing was changed.",
        refused=[{"id": pk, "reason": why} for pk, why in list(refused.items())[:200]],
    )


def chosen(request: HttpRequest, body: Bulk, now: datetime) -> FollowUpQuerySet:
    """The set that is meant, through the door. Raises Problem 422 for more than one call may change."""
    rows = followups_for(caller(request))
    if body.ids is not None:
        return rows.filter(pk__in=body.ids)
    ids = list(narrowed(rows, body.filter or Wanted(), now).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise invalid([("filter", f"This matches more than {MOST:,} follow-ups; narrow it.")])
    return rows.filter(pk__in=ids)
