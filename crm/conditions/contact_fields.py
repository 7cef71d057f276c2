"""What can be asked of the contact itself."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Lower

from crm.conditions.fields import Field, Many, Type
from crm.conditions.sources import AUDIENCES, PEOPLE, TAGS, TEAMS
from crm.conditions.subjects import register_fields
from crm.countries import country_choices
from crm.models import AudienceMember, Consent, ContactTag, Lifecycle
from crm.models.contact import ACTIVE_LIFECYCLES, Channel

PERSON, PLACE, WORK, TIME = "The person", "Where they are", "Our work with them", "When"


def lowered(column: str) -> Any:
    """A column of text as conditions compare it."""
    return Lower(F(column), output_field=TextField())


def _consent(name: str, label: str, state: str, says: str) -> Field:
    rows = Many(lambda: Consent.objects.filter(state=state), "contact", "channel")
    words = {"has_any": f"has {says} {{value}}", "has_none": f"has not {says} {{value}}"}
    return Field(name, label, Type.MANY, many=rows, options=dict(Channel.choices), says=words, group=WORK)


def _text(name: str, label: str, group: str, column: str = "", **more: Any) -> Field:
    return Field(name, label, Type.TEXT, lowered(column or name), group=group, **more)


_STAGES_OF_LIFE = {
    Lifecycle.NEW: "a new lead",
    Lifecycle.WORKING: "being worked on",
    Lifecycle.QUALIFIED: "qualified",
    Lifecycle.CLIENT: "a client",
    Lifecycle.LOST: "lost",
    Lifecycle.FORMER: "a former client",
}


def register() -> None:
    """Make them known; called once at start-up."""
    register_fields(
        _text("first_name", "first name", PERSON),
        _text("last_name", "last name", PERSON),
        _text("organisation", "organisation", PERSON),
        _text("job_title", "job title", PERSON),
        Field("email", "e-mail", Type.TEXT, "email", group=PERSON),
        Field(
            "email_domain",
            "e-mail domain",
            Type.TEXT,
            Func(F("email"), Value("@"), Value(2), function="split_part", output_field=TextField()),
            group=PERSON,
        ),
        Field("phone", "phone", Type.TEXT, "phone", group=PERSON),
        _text("source", "source", PERSON, says={"equals": "came from {value}"}),
        Field(
            "tags",
            "tags",
            Type.MANY,
            many=Many(ContactTag.objects.all, "contact", "tag_id"),
            source=TAGS,
            says={"has_any": "is tagged {value}", "has_all": "is tagged {value}", "has_none": "is not tagged {value}"},
            group=PERSON,
        ),
        Field(
            "audience",
            "audiences",
            Type.MANY,
            many=Many(AudienceMember.objects.all, "contact", "audience_id"),
            source=AUDIENCES,
            says={"has_any": "is in {value}", "has_all": "is in {value}", "has_none": "is not in {value}"},
            group=PERSON,
        ),
        Field(
            "country",
            "country",
            Type.CHOICE,
            "country",
            options=dict(country_choices()),
            says={
                "equals": "is from {value}",
                "not_equals": "is not from {value}",
                "in": "is from {value}",
                "not_in": "is not from {value}",
            },
            group=PLACE,
        ),
        _text("city", "city", PLACE, says={"equals": "lives in {value}"}),
        _text("language", "language", PLACE),
        _text("time_zone", "time zone", PLACE),
        Field(
            "lifecycle",
            "lifecycle",
            Type.CHOICE,
            "lifecycle",
            options=dict(Lifecycle.choices),
            says={
                "equals": "is {value}",
                "not_equals": "is not {value}",
                "in": "is {value}",
                "not_in": "is not {value}",
            },
            phrases={str(value): words for value, words in _STAGES_OF_LIFE.items()},
            group=WORK,
        ),
        Field(
            "owner",
            "owner",
            Type.CHOICE,
            "owner_id",
            source=PEOPLE,
            says={"equals": "belongs to {value}", "set": "belongs to somebody", "not_set": "belongs to nobody"},
            group=WORK,
        ),
        Field("team", "team", Type.CHOICE, "team_id", source=TEAMS, group=WORK),
        Field(
            "preferred_channel",
            "preferred channel",
            Type.CHOICE,
            "preferred_channel",
            options=dict(Channel.choices),
            group=WORK,
        ),
        _consent("opted_out", "opted out of", "withdrawn", "opted out of"),
        _consent("allowed", "agreed to", "granted", "agreed to"),
        Field(
            "going_quiet",
            "going quiet",
            Type.YES_NO,
            "rots_at",
            guard=Q(lifecycle__in=ACTIVE_LIFECYCLES),
            says={"is": "is going quiet", "is_not": "is not going quiet"},
            group=WORK,
        ),
        Field("open_followups", "number of open follow-ups", Type.NUMBER, "open_followups", group=WORK),
        Field("score", "score", Type.NUMBER, "score", group=WORK),
        _text("grade", "grade", WORK),
        Field("created_at", "added", Type.MOMENT, "created_at", says={"_": "was added {value}"}, group=TIME),
        Field(
            "last_two_way_at",
            "last real contact",
            Type.MOMENT,
            "last_two_way_at",
            says={"_": "was last spoken with {value}", "not_set": "was never spoken with"},
            group=TIME,
        ),
        Field(
            "last_attempt_at",
            "last attempt",
            Type.MOMENT,
            "last_attempt_at",
            says={"_": "was last tried {value}", "not_set": "was never tried"},
            group=TIME,
        ),
        Field(
            "next_due_by",
            "next follow-up",
            Type.MOMENT,
            "next_due_by",
            says={"_": "has the next follow-up due {value}", "not_set": "has nothing planned"},
            group=TIME,
        ),
    )
