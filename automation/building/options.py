"""What the controls of the builder's forms offer: the records of the organisation, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

from automation.access import automations_for
from automation.editing.fields import RECORDS, Asked
from automation.editing.happenings import HAPPENINGS, OTHER, plain_name
from automation.editing.saying import readable
from automation.effects.field_values import SETTABLE
from automation.models import Automation
from crm.access import people_for, teams_for
from crm.conditions import sources
from crm.conditions.fields import Source
from crm.contact_fields import RULES
from crm.custom_fields import own_fields
from crm.event_kinds import all_kinds
from crm.models import Audience, CloseReason, DocumentKind, Tag
from followups.models import FollowUpTemplate, FollowUpType, Outcome
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.models import MessageTemplate, TemplateVariant, WebhookSecret
from messaging.webhooks.secret_keeping import living_secrets

if TYPE_CHECKING:
    from crm.models import User

Option = tuple[Any, str]
#: More than this in one list helps nobody; what is chosen is always among them.
MOST = 500

#: Dates of the record that somebody is in for.
RECORD_DATES = (
    ("deal.expected_on", "The deal’s expected day"),
    ("document.expires_on", "The document’s last day"),
    ("invoice.due_on", "The invoice’s due date"),
    ("invoice.issued_on", "The day of the invoice"),
)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message template in a few words: its id, subject and how its text begins."""

    id: int
    subject: str
    begins: str


def preview_of(template: Any) -> Preview | None:
    """The chosen template as it reads in its first language, or None where it is not there; one query."""
    text = str(template or "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    row = (
        TemplateVariant.objects.filter(template=int(text), template__archived_at__isnull=True)
        .order_by("pk")
        .values_list("template_id", "subject", "text")
        .first()
    )
    if row is None:
        return None
    begins = readable(" ".join(row[2][:2_000].split()))
    return Preview(row[0], readable(row[1]), begins if len(begins) <= 160 else f"{begins[:159]}…")


def options(one: Asked, user: User, chosen: Sequence[Any] = ()) -> list[Option]:
    """What a control offers, with what is chosen even if it is gone."""
    if one.labels:
        return [*one.labels]
    if one.control not in RECORDS:
        return []
    found = _LOADERS[one.control](one, user)[:MOST]
    there = {str(value) for value, _ in found}
    gone = [(value, "(deleted)") for value in chosen if value not in (None, "") and str(value) not in there]
    return [*found, *gone]


def _rows(rows: QuerySet[Any], label: str = "name", value: str = "pk") -> list[Option]:
    return [(pk, str(words)) for pk, words in rows.order_by(label, "pk").values_list(value, label)[:MOST]]


def _templates(one: Asked, user: User) -> list[Option]:
    channel = str(one.extra.get("channel", ""))
    rows = MessageTemplate.objects.filter(archived_at__isnull=True)
    if channel:
        return _rows(rows.filter(channel=channel))
    named = rows.order_by("name", "pk").values_list("pk", "name", "channel")[:MOST]
    return [(pk, f"{name} ({CHANNEL_NAMES.get(way, way)})") for pk, name, way in named]


def _people(one: Asked, user: User) -> list[Option]:
    return [(row.pk, row.name) for row in people_for(user).workers().order_by("full_name", "email")[:MOST]]


def _own(*kinds: str, before: str) -> list[Option]:
    return [(f"{before}{slug}", own.label) for slug, own in own_fields().items() if not kinds or own.kind in kinds]


def _dates(one: Asked, user: User) -> list[Option]:
    """The dates of the contact; of the record that they are in for too, unless it can be only the contact's."""
    of_contact = _own("date", before="contact.")
    if one.extra.get("whose") == "contact":
        return [("contact.created_at", "The day on which they came to you"), *of_contact]
    return [*of_contact, *RECORD_DATES]


def _audiences(one: Asked, user: User) -> list[Option]:
    """Where somebody is to be put in or taken out, only those that are kept by hand."""
    rows = Audience.objects.filter(deleted_at__isnull=True)
    return _rows(rows.filter(kind=one.extra["audience_kind"]) if "audience_kind" in one.extra else rows)


def _automations(one: Asked, user: User) -> list[Option]:
    return _rows(automations_for(user).exclude(state="archived"))


def _events() -> list[tuple[str, list[Option]]]:
    """What may be waited for by what it is about; what nobody has put into words stands last."""
    known = {value for _, rows in HAPPENINGS for value, _ in rows}
    rest = [(one.name, plain_name(one.name)) for one in all_kinds() if one.name not in known]
    return [*((title, list(rows)) for title, rows in HAPPENINGS), *([(OTHER, rest)] if rest else [])]


def awaited_options(chosen: Sequence[str]) -> list[tuple[str, list[Option]]]:
    """What may be waited for in its groups, with what is chosen already: a kind of somebody else's naming, perhaps."""
    groups = _events()
    there = {value for _, rows in groups for value, _ in rows}
    own = [(one, plain_name(one)) for one in dict.fromkeys(chosen) if one and one not in there]
    return [*groups, *([("Your own", own)] if own else [])]


def _of_source(source: Source) -> Callable[[Asked, User], list[Option]]:
    return lambda one, user: list(source.load().items())


_LOADERS: dict[str, Callable[[Asked, Any], list[Option]]] = {
    "template": _templates,
    "followup_template": lambda one, user: _rows(FollowUpTemplate.objects.filter(archived_at__isnull=True)),
    "followup_type": lambda one, user: [
        (row.slug, row.name) for row in FollowUpType.objects.filter(archived_at__isnull=True)
    ],
    "outcome": lambda one, user: _rows(Outcome.objects.filter(archived_at__isnull=True), "label", "slug"),
    "person": _people,
    "team": lambda one, user: _rows(teams_for(user)),
    "tag": lambda one, user: _rows(Tag.objects.all()),
    "audience": _audiences,
    "stage": _of_source(sources.STAGES),
    "pipeline": _of_source(sources.PIPELINES),
    "product": _of_source(sources.PRODUCTS),
    "document_kind": lambda one, user: _rows(DocumentKind.objects.filter(archived_at__isnull=True)),
    "close_reason": lambda one, user: _rows(CloseReason.objects.filter(archived_at__isnull=True), "label"),
    "webhook_secret": lambda one, user: [(row.pk, row.name) for row in living_secrets() if not row.standard],
    "automation": _automations,
    "automations": _automations,
    "contact_field": lambda one, user: [*((name, RULES[name].label) for name in SETTABLE), *_own(before="custom.")],
    "date_field": _dates,
    "event_kind": lambda one, user: [option for _, rows in _events() for option in rows],
}

#: Where the names of chosen records come from, for the cards.
_NAMES: dict[str, tuple[type[Model], str, str]] = {
    "template": (MessageTemplate, "pk", "name"),
    "followup_template": (FollowUpTemplate, "pk", "name"),
    "followup_type": (FollowUpType, "slug", "name"),
    "tag": (Tag, "pk", "name"),
    "audience": (Audience, "pk", "name"),
    "document_kind": (DocumentKind, "pk", "name"),
    "webhook_secret": (WebhookSecret, "pk", "name"),
}


def names(wanted: Mapping[str, set[Any]]) -> dict[str, dict[Any, str]]:
    """The names of records by control and id; one query for each control that is used."""
    found: dict[str, dict[Any, str]] = {}
    rows: Any
    for control, ids in wanted.items():
        if control in _NAMES:
            model, value, label = _NAMES[control]
            rows = model._default_manager.filter(**{f"{value}__in": ids}).values_list(value, label)
        elif control in _MORE_NAMES:
            rows = _MORE_NAMES[control](ids)
        else:
            continue
        found[control] = dict(rows)
    return found


def _people_named(ids: set[Any]) -> list[tuple[Any, str]]:
    loaded = sources.PEOPLE.load()
    return [(pk, loaded[pk]) for pk in ids if pk in loaded]


def _stages_named(ids: set[Any]) -> list[tuple[Any, str]]:
    loaded = sources.STAGES.load()
    return [(pk, loaded[pk]) for pk in ids if pk in loaded]


def _automations_named(ids: set[Any]) -> list[tuple[Any, str]]:
    return list(Automation.objects.alive().filter(pk__in=ids).values_list("pk", "name"))


_MORE_NAMES: dict[str, Callable[[set[Any]], list[tuple[Any, str]]]] = {
    "person": _people_named,
    "stage": _stages_named,
    "automation": _automations_named,
}
