"""What belongs to one contact over the API: timeline, notes, preferences."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import contacts_for, events_for, notes_for
from crm.api.auth import Token, caller
from crm.api.contact_shapes import NewNote, NoteOut, NotePage, Preferences, PreferencesChange, Timeline
from crm.api.contacts import one, refused, stale
from crm.api.problems import invalid
from crm.api.shapes import Cursor, Id, Limit, refuse_null
from crm.consent import set_consent
from crm.contacts import change_contact
from crm.event_kinds import CUSTOM, OUTSIDE, all_kinds, kind_of, words
from crm.models import Contact, Event, Note
from crm.notes import BadNote, add_note
from crm.pagination import Order, page
from crm.preference_parts import preference_parts

router = Router(tags=["Contacts"])
NEWEST = Order("newest", ("occurred_at",), descending=True)
NOTES = Order("notes", ("created_at",), descending=True)


class Part(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


class TimelineFilter(Part):
    kind: list[Annotated[str, Field(max_length=60)]] = []
    group: str = Field("", max_length=40, description="record, note, contact, consent, followup, message, ...")


def sentence(event: Event) -> str:
    """What happened, in the timeline's words."""
    return words(event.kind, event.data)


def happening_out(event: Event) -> dict[str, Any]:
    kind = kind_of(event.kind)
    return {
        "id": event.pk,
        "kind": event.kind,
        "group": kind.group,
        "sentence": sentence(event),
        "occurred_at": event.occurred_at,
        "actor": event.actor,
        "user": event.user_id,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "two_way": event.two_way,
        "data": event.data,
    }


@router.get("/contacts/{int:contact_id}/timeline", auth=Token("contacts:read", "contacts.view"), response=Timeline)
def contact_timeline(request: HttpRequest, contact_id: Id, wanted: Query[TimelineFilter]) -> dict[str, Any]:
    """Everything that happened with the contact, newest first."""
    rows = events_for(caller(request)).filter(contact=one(request, contact_id))
    kinds = list(wanted.kind)
    if wanted.group:
        kinds += [kind.name for kind in all_kinds() if kind.group == wanted.group]
    if kinds or wanted.group:
        asked = Q(kind__in=kinds)
        rows = rows.filter(asked | Q(kind__startswith=CUSTOM) if wanted.group == OUTSIDE else asked)
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [happening_out(event) for event in items], "next": after}


@router.get("/contacts/{int:contact_id}/notes", auth=Token("contacts:read", "contacts.view"), response=NotePage)
def contact_notes(request: HttpRequest, contact_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """The contact's notes, newest first."""
    rows = notes_for(caller(request)).filter(contact=one(request, contact_id))
    items, after = page(rows, NOTES, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [note_out(note) for note in items], "next": after}


@router.post("/contacts/{int:contact_id}/notes", auth=Token("contacts:write", "contacts.edit"), response={201: NoteOut})
def create_note(request: HttpRequest, contact_id: Id, body: NewNote) -> Status[dict[str, Any]]:
    """Write a note; @name tells a colleague, `follow_up_on` makes the follow-up."""
    try:
        note = add_note(
            one(request, contact_id),
            by=caller(request),
            now=timezone.now(),
            body=body.body,
            pinned=body.pinned,
            follow_up_on=body.follow_up_on,
        )
    except BadNote as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return Status(201, note_out(note))


def note_out(note: Note) -> dict[str, Any]:
    plain = {name: getattr(note, name) for name in ("body", "text", "pinned", "created_at", "edited_at")}
    return plain | {"id": note.pk, "contact": note.contact_id, "author": note.author_id}


@router.get(
    "/contacts/{int:contact_id}/preferences", auth=Token("contacts:read", "contacts.view"), response=Preferences
)
def contact_preferences(request: HttpRequest, contact_id: Id) -> dict[str, Any]:
    """How the contact wants to be reached, and what they have allowed and refused."""
    return preferences_out(one(request, contact_id))


@router.patch(
    "/contacts/{int:contact_id}/preferences", auth=Token("contacts:write", "contacts.edit"), response=Preferences
)
def change_preferences(request: HttpRequest, contact_id: Id, body: PreferencesChange) -> dict[str, Any]:
    """Note what the contact said; each consent names its source."""
    user, now = caller(request), timezone.now()
    contact = one(request, contact_id)
    changes = body.model_dump(exclude_unset=True, exclude={"version", "consents"})
    refuse_null(changes, ("quiet_from", "quiet_to", "weekends"))
    elsewhere = {name: changes.pop(name) for part in preference_parts() for name in part.fields if name in changes}
    with transaction.atomic():
        result = change_contact(
            contacts_for(user).filter(pk=contact.pk), by=user, now=now, changes=changes, version=body.version
        )
        if result.stale is not None:
            raise stale(preferences_out(one(request, contact_id)))
        if result.refused:
            raise refused(result.refused, same_as=None, user=user)
        for part in preference_parts():
            if problems := part.write(contact.pk, elsewhere, now):
                raise invalid(problems)
        for said in body.consents:
            set_consent([contact.pk], said.channel, said.topic, said.state, said.source, user, now, said.proof)
    return preferences_out(one(request, contact_id))


def preferences_out(contact: Contact) -> dict[str, Any]:
    plain = {name: getattr(contact, name) for name in ("preferred_channel", "time_zone", "language", "version")}
    for part in preference_parts():
        plain |= part.read(contact.pk)
    return plain | {
        "consents": [
            {name: getattr(row, name) for name in ("channel", "topic", "state", "source", "recorded_at")}
            | {"recorded_by": row.recorded_by_id}
            for row in contact.consents.order_by("channel", "topic")
        ]
    }
