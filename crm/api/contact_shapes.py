"""Contacts as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field

from crm.api.shapes import Body, Id, Version
from crm.models import Contact


def _of_the_clock(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("A time of day has no zone here: it is the contact’s own.")
    return value.replace(second=0, microsecond=0)


Clock = Annotated[time, AfterValidator(_of_the_clock)]
Slug = Annotated[str, Field(min_length=1, max_length=60)]
LifecycleName = Literal["new", "working", "qualified", "client", "lost", "former"]
ChannelName = Literal["email", "sms", "whatsapp", "call"]


class ContactOut(Schema):
    id: int
    name: str
    first_name: str
    last_name: str
    organisation: str
    job_title: str
    email: str
    other_emails: list[str]
    phone: str
    other_phones: list[str]
    shares_address: bool
    external_id: str
    time_zone: str
    language: str
    country: str
    city: str
    source: str
    lifecycle: str
    owner: int | None
    team: int | None
    preferred_channel: str
    rhythm_days: int | None
    custom: dict[str, Any]
    tags: list[str]
    last_two_way_at: datetime | None
    last_attempt_at: datetime | None
    next_followup_due: datetime | None = Field(description="Empty where nothing is planned")
    open_followups: int
    rots_at: datetime | None
    score: int
    grade: str
    version: int
    created_at: datetime
    updated_at: datetime


def contact_out(contact: Contact) -> dict[str, Any]:
    """The contact as a plain dictionary; its tags should be prefetched."""
    plain = {name: getattr(contact, name) for name in _PLAIN}
    return plain | {
        "owner": contact.owner_id,
        "team": contact.team_id,
        "tags": [tag.slug for tag in contact.tags.all()],
        "next_followup_due": contact.next_due_by,
    }


_PLAIN = [name for name in ContactOut.model_fields if name not in {"owner", "team", "tags", "next_followup_due"}]


class ContactPage(Schema):
    items: list[ContactOut]
    next: str | None


class ContactFields(Body):
    first_name: str = Field("", max_length=200)
    last_name: str = Field("", max_length=200)
    organisation: str = Field("", max_length=200)
    job_title: str = Field("", max_length=200)
    email: str = Field("", max_length=254)
    other_emails: list[str] = Field([], max_length=20)
    phone: str = Field("", max_length=40)
    other_phones: list[str] = Field([], max_length=20)
    shares_address: bool = False
    external_id: str = Field("", max_length=200)
    time_zone: str = Field("", max_length=64, description="IANA name")
    language: str = Field("", max_length=16)
    country: str = Field("", max_length=60, description="ISO 3166-1 alpha-2, or a name")
    city: str = Field("", max_length=200)
    source: str = Field("", max_length=200)
    lifecycle: LifecycleName = "new"
    owner: Id | None = None
    team: Id | None = None
    preferred_channel: ChannelName | Literal[""] = ""
    rhythm_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    custom: dict[str, Any] = Field({}, description="Own fields by slug; in a change, null takes a value away")


class NewContactIn(ContactFields):
    tags: list[Slug] = Field([], max_length=50)
    speed_to_lead: bool = Field(True, description="Start the first-contact clock for a new lead")


class ContactChange(ContactFields):
    version: Version | None = None


class TagsIn(Body):
    tags: list[Slug] = Field(min_length=1, max_length=50)


class TagsOut(Schema):
    tags: list[str]


class NoteOut(Schema):
    id: int
    contact: int
    author: int | None
    body: str = Field(description="HTML of a small safe set")
    text: str
    pinned: bool
    created_at: datetime
    edited_at: datetime | None


class NotePage(Schema):
    items: list[NoteOut]
    next: str | None


class NewNote(Body):
    body: str = Field(min_length=1, max_length=50_000)
    pinned: bool = False
    follow_up_on: date | None = Field(None, description="Makes a follow-up due on that date")


class HappeningOut(Schema):
    id: int
    kind: str
    group: str
    sentence: str
    occurred_at: datetime
    actor: str
    user: int | None
    subject_kind: str
    subject_id: int | None
    two_way: bool
    data: dict[str, Any]


class Timeline(Schema):
    items: list[HappeningOut]
    next: str | None


class ConsentOut(Schema):
    channel: str
    topic: str
    state: str
    source: str
    recorded_by: int | None
    recorded_at: datetime


class Preferences(Schema):
    preferred_channel: str
    time_zone: str
    language: str
    quiet_from: time | None = Field(description="Nobody writes to them from here on, in their own zone")
    quiet_to: time | None
    weekends: bool | None = Field(description="Whether they may be written to on weekends; empty: as usual")
    tracking: bool = Field(description="Whether opens and clicks may be noted")
    consents: list[ConsentOut]
    version: int


class ConsentIn(Body):
    channel: ChannelName
    topic: Literal["all", "marketing", "service", "classes", "payments"] = "all"
    state: Literal["granted", "withdrawn"]
    source: str = Field(min_length=1, max_length=200, description="Where the person said so")
    proof: str = Field("", max_length=5000)


class PreferencesChange(Body):
    preferred_channel: ChannelName | Literal[""] = ""
    time_zone: str = Field("", max_length=64)
    language: str = Field("", max_length=16)
    quiet_from: Clock | None = Field(None, description="Both ends, or neither; null takes them away")
    quiet_to: Clock | None = None
    weekends: bool | None = None
    tracking: bool = True
    consents: list[ConsentIn] = Field([], max_length=20)
    version: Version | None = None
