"""Adding and changing follow-ups over the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from crm.access import contacts_for, notes_for, people_for
from crm.api.auth import Token, caller, require
from crm.api.contacts import one as one_contact
from crm.api.contacts import stale, tag_ids
from crm.api.problems import Problem, invalid
from crm.api.shapes import Id, given, refuse_null
from crm.models import User
from followups import transitions
from followups.access import followups_for
from followups.api.concerned import concerned
from followups.api.reading import one, router
from followups.api.shapes import FollowUpChange, FollowUpOut, NewFollowUpIn, NewForContact, due_of, followup_out, plans
from followups.changing import Result
from followups.creating import NewFollowUp, create
from followups.due import BadDue
from followups.lifecycle import BadAssignee, BadChange, UnknownOutcome
from followups.models import FollowUp, FollowUpType
from followups.reminder_plans import BadReminder

WRITE = Token("followups:write", "followups.edit")
FIELDS = {BadAssignee: "assignee", BadDue: "due_at", BadReminder: "reminders", UnknownOutcome: "outcome"}


@contextmanager
def on_field(name: str) -> Iterator[None]:
    """Turn a verb's refusal of what was asked into a 422 for the field."""
    try:
        yield
    except BadChange as problem:
        raise invalid([(FIELDS.get(type(problem), name), str(problem))]) from None


def type_id(slug: str) -> int:
    """The type in use. Raises Problem 422."""
    found = FollowUpType.objects.filter(slug=slug, archived_at__isnull=True).values_list("pk", flat=True).first()
    if found is None:
        raise invalid([("type", f"There is no type “{slug}”.")])
    return found


def person(request: HttpRequest, user_id: int, field: str = "assignee") -> User:
    """A colleague to give work to. Raises Problem 422, and 403 where the role may not."""
    user = caller(request)
    if user_id != user.pk:
        require(request, "followups.assign")
    found = people_for(user).filter(pk=user_id).first()
    if found is None:
        raise invalid([(field, "There is no colleague with this number.")])
    return found


def made(request: HttpRequest, contact_id: int | None, body: NewForContact) -> dict[str, Any]:
    """Make one follow-up for a contact, a partner or both, whom the caller sees."""
    user = caller(request)
    if body.assignee is not None:
        person(request, body.assignee)
    about = concerned(request, contact_id, body)
    if body.note is not None and not notes_for(user).filter(pk=body.note, contact=about.contact_id).exists():
        raise invalid([("note", "This contact has no such note.")])
    with on_field("subject"):
        new = NewFollowUp(
            contact_id=about.contact_id,
            partner_id=about.partner_id,
            **about.records,
            subject=body.subject,
            type_id=type_id(body.type),
            due=due_of(body.due_at),
            assignee_id=body.assignee,
            priority=body.priority,
            description=body.description,
            pinned=body.pinned,
            tag_ids=tag_ids(request, body.tags),
            reminders=plans(body.reminders),
            note_id=body.note,
        )
        ids = create([new], by=user, now=timezone.now())
    return followup_out(one(request, ids[0]))


@router.post("/followups", auth=WRITE, response={201: FollowUpOut})
def create_followup(request: HttpRequest, body: NewFollowUpIn) -> Status[dict[str, Any]]:
    """Add a follow-up."""
    if body.contact is not None and not contacts_for(caller(request)).filter(pk=body.contact).exists():
        raise invalid([("contact", "There is no such contact, or you may not see it.")])
    return Status(201, made(request, body.contact, body))


@router.post("/contacts/{int:contact_id}/followups", auth=WRITE, response={201: FollowUpOut})
def create_contact_followup(request: HttpRequest, contact_id: Id, body: NewForContact) -> Status[dict[str, Any]]:
    """Add a follow-up for this contact."""
    return Status(201, made(request, one_contact(request, contact_id).pk, body))


@router.patch("/followups/{int:followup_id}", auth=WRITE, response=FollowUpOut)
def change_followup(request: HttpRequest, followup_id: Id, body: FollowUpChange) -> dict[str, Any]:
    """Change the fields that are sent; all of them, or none."""
    changes = given(body)
    refuse_null(changes, ("reminders",))
    user, now = caller(request), timezone.now()
    with transaction.atomic():
        rows = followups_for(user).order_by().select_for_update(of=("self",), no_key=True)
        before = rows.filter(pk=followup_id).first() or one(request, followup_id)
        if body.version is not None and body.version != before.version:
            raise stale(followup_out(one(request, followup_id)))
        with on_field("subject"):
            for result in _changes(request, before, body, changes, user, now):
                insist(request, result, followup_id)
    return followup_out(one_after(followup_id))


def _changes(
    request: HttpRequest, before: FollowUp, body: FollowUpChange, changes: dict[str, Any], user: User, now: datetime
) -> Iterator[Result]:
    """Call the verb of each field that really changes."""
    this = followups_for(user).filter(pk=before.pk)
    said: dict[str, Any] = {
        name: changes[name]
        for name in ("subject", "description")
        if name in changes and changes[name] != getattr(before, name)
    }
    if "type" in changes and (kind := type_id(body.type)) != before.type_id:
        said["type_id"] = kind
    if body.reminders is not None:
        said["reminders"] = plans(body.reminders)
    if said:
        yield transitions.edit(this, by=user, now=now, **said)
    if "priority" in changes and body.priority != before.priority:
        yield transitions.set_priority(this, by=user, now=now, priority=body.priority)
    if "pinned" in changes and body.pinned != before.pinned:
        yield transitions.pin(this, by=user, now=now, pinned=body.pinned)
    if body.due_at is not None and body.due_at not in (before.due_on, before.due_at):
        yield transitions.reschedule(this, by=user, now=now, due=due_of(body.due_at))
    if "tags" in changes:
        wanted, has = set(tag_ids(request, body.tags)), set(before.tags.values_list("pk", flat=True))
        if wanted != has:
            yield transitions.tag(this, by=user, now=now, add=wanted - has, remove=has - wanted)
    if body.assignee is not None and body.assignee != before.assignee_id:
        # Last: giving it away may take it out of the caller's sight.
        yield transitions.delegate(this, by=user, now=now, to=person(request, body.assignee))


def insist(request: HttpRequest, result: Result, followup_id: int) -> None:
    """Raise Problem 404 or 409 unless the verb did it."""
    if result.stale:
        raise stale(followup_out(one(request, followup_id)))
    if result.refused:
        raise Problem(409, next(iter(result.refused.values())), current=followup_out(one(request, followup_id)))
    if not result.done:
        one(request, followup_id)
        raise Problem(409, "Somebody changed this at the very moment. Try again.")


def one_after(followup_id: int) -> FollowUp:
    """The follow-up after the caller's own change, which may have taken it out of their sight."""
    from followups.api.shapes import PREFETCHED, RELATED

    return FollowUp.objects.select_related(*RELATED).prefetch_related(*PREFETCHED).get(pk=followup_id)


@router.delete("/followups/{int:followup_id}", auth=Token("followups:write", "followups.delete"), response={204: None})
def delete_followup(request: HttpRequest, followup_id: Id) -> Status[None]:
    """Put a follow-up into the bin."""
    this = followups_for(caller(request)).filter(pk=followup_id)
    insist(request, transitions.delete(this, by=caller(request), now=timezone.now()), followup_id)
    return Status(204, None)
