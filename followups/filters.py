"""The filters of the follow-up list, as they stand in its address.

Read by hand rather than through a form: building a form with its fields costs more than the list's query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from crm.access import contacts_for, deals_for, documents_for, invoices_for, partners_for
from crm.conditions.listing import where_words
from crm.facets import (
    Asking,
    Chosen,
    Facet,
    by_condition,
    day,
    known,
    narrowed,
    person_words,
    record_id,
    values_of,
    yes_or_no,
)
from crm.models import Contact, Tag, User
from crm.search_terms import contacts_matching
from crm.zones import day_after, local_day, moment
from followups.lifecycle import OPEN
from followups.models import FollowUpTag, FollowUpType, Priority, Status
from followups.models.followup import FollowUpQuerySet

STATUSES = {"open": "open", "all": "any", **dict(Status.choices)}
DUES = {"overdue": "overdue", "today": "today", "week": "this week", "later": "later", "untimed": "any time of a day"}


@dataclass(slots=True)
class Filtered:
    """The list that the address asks for. `wrong` are sentences about filters that could not be read."""

    followups: FollowUpQuerySet
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    query: str = ""


def _status(text: str, asking: Asking) -> Q:
    wanted = known(text, STATUSES)
    return Q() if wanted == "all" else Q(status__in=OPEN) if wanted == "open" else Q(status=wanted)


def _due(text: str, asking: Asking) -> Q:
    zone = asking.user.time_zone
    today = local_day(asking.now, zone)
    tonight, week = day_after(today, zone), day_after(today + timedelta(days=7), zone)
    return {
        "overdue": Q(due_by__lte=asking.now, status__in=OPEN),
        "today": Q(due_by__gt=asking.now, due_by__lte=tonight),
        "week": Q(due_by__gt=asking.now, due_by__lte=week),
        "later": Q(due_by__gt=week),
        "untimed": Q(due_on__isnull=False),
    }[known(text, DUES)]


def _due_from(text: str, asking: Asking) -> Q:
    return Q(due_by__gt=moment(day(text), time(), asking.user.time_zone))


def _due_to(text: str, asking: Asking) -> Q:
    return Q(due_by__lte=day_after(day(text), asking.user.time_zone))


def _assignee(text: str, asking: Asking) -> Q:
    return Q(assignee=asking.user) if text == "me" else Q(assignee=record_id(text))


def _assignee_words(text: str, asking: Asking) -> str:
    if text == "me" or text == str(asking.user.pk):
        return "me"
    return person_words(text, asking)


def _tag(text: str, asking: Asking) -> Q:
    return Q(pk__in=FollowUpTag.objects.filter(tag__slug=text).values("followup_id"))


def _tag_words(text: str, asking: Asking) -> str:
    found = Tag.objects.visible_to(asking.user).filter(slug=text).first()
    return found.name if found else text


def _type_words(text: str, asking: Asking) -> str:
    found = FollowUpType.objects.visible_to(asking.user).filter(slug=text).first()
    return found.name if found else text


def _contact_words(text: str, asking: Asking) -> str:
    found = contacts_for(asking.user).filter(pk=record_id(text)).first()
    return found.name if found else "somebody else’s"


def _record(name: str, model: str) -> Facet:
    """What concerns a partner, or waits for a record; the chip names it where the person may see it."""

    def words(text: str, asking: Asking) -> str:
        door = {"partner": partners_for, "deal": deals_for, "document": documents_for, "invoice": invoices_for}[name]
        allowed = asking.user.can(f"{name}s.view")
        found = door(asking.user).filter(pk=record_id(text)).first() if allowed else None
        return str(getattr(found, model)) if found else "one that you cannot see"

    return Facet(name, name, lambda text, _: Q(**{f"{name}_id": record_id(text)}), words)


def _text(text: str, asking: Asking) -> Q:
    """Words of the follow-up itself or of its partner's name, or of its contact's name and addresses."""
    words = RawSQL(
        "SELECT object_id FROM crm_searchentry WHERE kind = 'followup' AND terms @@ crm_prefix_query(%s)", [text]
    )
    theirs = Contact.objects.filter(contacts_matching(text)).values("pk")
    return Q(pk__in=words) | Q(contact__in=theirs)


def _where(text: str, asking: Asking) -> Q:
    return Q(contact__in=Contact.objects.filter(by_condition(text, asking)).values("pk"))


FACETS = {
    facet.name: facet
    for facet in (
        Facet("status", "status", _status, lambda text, _: STATUSES[text].lower()),
        Facet("due", "due", _due, lambda text, _: DUES[text]),
        Facet("due_from", "due from", _due_from),
        Facet("due_to", "due until", _due_to),
        Facet("assignee", "assignee", _assignee, _assignee_words),
        Facet("type", "type", lambda text, _: Q(type__slug=text), _type_words),
        Facet(
            "priority",
            "priority",
            lambda text, _: Q(priority=known(text, dict(Priority.choices))),
        ),
        Facet("tag", "tag", _tag, _tag_words),
        Facet("contact", "client", lambda text, _: Q(contact=record_id(text)), _contact_words),
        _record("partner", "name"),
        _record("deal", "name"),
        _record("document", "name"),
        _record("invoice", "number"),
        Facet("group", "group", lambda text, _: Q(group=text)),
        Facet("lead", "first contact", yes_or_no(lambda _: Q(speed_to_lead=True))),
        Facet(
            "snoozed",
            "snoozed",
            yes_or_no(lambda asking: Q(snoozed_until__isnull=False, snoozed_until__gt=asking.now)),
        ),
        Facet("pinned", "pinned", yes_or_no(lambda _: Q(pinned=True))),
        Facet("where", "whose contact", _where, lambda text, _: where_words(text)),
        Facet("q", "text", _text, lambda text, _: f"“{text}”"),
    )
}


def apply(followups: FollowUpQuerySet, given: QueryDict, user: User, now: datetime) -> Filtered:
    """Narrow a set as the address says; without a word about the status, to what is still open. Several values of
    one filter are alternatives; what cannot be read leaves nothing, with the reason."""
    shown = values_of(given, FACETS)
    values = shown if "status" in shown else {"status": ["open"], **shown}
    found = narrowed(FACETS, values, Asking(user, now), shown=shown)
    kept = followups.none() if found.wrong else followups.filter(found.condition)
    return Filtered(kept, found.chosen, found.wrong, urlencode(shown, doseq=True))
