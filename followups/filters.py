"""The filters of the follow-up list, as they stand in its address.

Read by hand rather than through a form: building a form with its fields costs more than the list's query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from crm.access import contacts_for, deals_for, documents_for, invoices_for, partners_for, people_for
from crm.conditions.language import BadCondition
from crm.conditions.listing import where_q, where_words
from crm.models import Contact, Tag, User
from crm.search_terms import contacts_matching
from crm.zones import day_after, local_day, moment
from followups.lifecycle import OPEN
from followups.models import FollowUpTag, FollowUpType, Priority, Status
from followups.models.followup import FollowUpQuerySet

#: A condition as JSON, before it is checked.
LONGEST_WHERE = 10_000
STATUSES = {"open": "open", "all": "any", **dict(Status.choices)}
DUES = {"overdue": "overdue", "today": "today", "week": "this week", "later": "later", "untimed": "any time of a day"}


class BadFilter(ValueError):
    """A filter that cannot be read; its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when."""

    user: User
    now: datetime


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: its name in the address, what a chip calls it, the condition, and the words for a value."""

    name: str
    label: str
    condition: Callable[[str, Asking], Q]
    words: Callable[[str, Asking], str]


@dataclass(slots=True)
class Chosen:
    """One filter in force, as its chip shows it."""

    name: str
    label: str
    words: str
    without: str


@dataclass(slots=True)
class Filtered:
    """The list that the address asks for. `wrong` are sentences about filters that could not be read."""

    followups: FollowUpQuerySet
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    query: str = ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"“{text[:20]}” is not a day. Write it like 2026-11-20.") from None


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadFilter(f"“{text[:20]}” is not a number of a record.")
    return int(text)


def _known(text: str, known: Mapping[str, str]) -> str:
    if text not in known:
        raise BadFilter(f"“{text[:40]}” is none of: {', '.join(known)}.")
    return text


def _status(text: str, asking: Asking) -> Q:
    wanted = _known(text, STATUSES)
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
    }[_known(text, DUES)]


def _due_from(text: str, asking: Asking) -> Q:
    return Q(due_by__gt=moment(_day(text), time(), asking.user.time_zone))


def _due_to(text: str, asking: Asking) -> Q:
    return Q(due_by__lte=day_after(_day(text), asking.user.time_zone))


def _assignee(text: str, asking: Asking) -> Q:
    return Q(assignee=asking.user) if text == "me" else Q(assignee=_id(text))


def _assignee_words(text: str, asking: Asking) -> str:
    if text == "me" or text == str(asking.user.pk):
        return "me"
    person = people_for(asking.user).filter(pk=_id(text)).first()
    return person.name if person else "nobody known"


def _tag(text: str, asking: Asking) -> Q:
    return Q(pk__in=FollowUpTag.objects.filter(tag__slug=text).values("followup_id"))


def _tag_words(text: str, asking: Asking) -> str:
    found = Tag.objects.visible_to(asking.user).filter(slug=text).first()
    return found.name if found else text


def _type_words(text: str, asking: Asking) -> str:
    found = FollowUpType.objects.visible_to(asking.user).filter(slug=text).first()
    return found.name if found else text


def _contact_words(text: str, asking: Asking) -> str:
    found = contacts_for(asking.user).filter(pk=_id(text)).first()
    return found.name if found else "somebody else’s"


def _record(name: str, model: str) -> Facet:
    """What concerns a partner, or waits for a record; the chip names it where the person may see it."""

    def words(text: str, asking: Asking) -> str:
        door = {"partner": partners_for, "deal": deals_for, "document": documents_for, "invoice": invoices_for}[name]
        allowed = asking.user.can(f"{name}s.view")
        found = door(asking.user).filter(pk=_id(text)).first() if allowed else None
        return str(getattr(found, model)) if found else "one that you cannot see"

    return Facet(name, name, lambda text, _: Q(**{f"{name}_id": _id(text)}), words)


def _text(text: str, asking: Asking) -> Q:
    """Words of the follow-up itself or of its partner's name, or of its contact's name and addresses."""
    words = RawSQL(
        "SELECT object_id FROM crm_searchentry WHERE kind = 'followup' AND terms @@ crm_prefix_query(%s)", [text]
    )
    theirs = Contact.objects.filter(contacts_matching(text)).values("pk")
    return Q(pk__in=words) | Q(contact__in=theirs)


def _where(text: str, asking: Asking) -> Q:
    try:
        return Q(contact__in=Contact.objects.filter(where_q(text, asking.now, asking.user)).values("pk"))
    except BadCondition as problem:
        raise BadFilter(str(problem)) from None


def _yes(condition: Callable[[Asking], Q]) -> Callable[[str, Asking], Q]:
    def read(text: str, asking: Asking) -> Q:
        wanted = _known(text, {"yes": "yes", "no": "no"})
        return condition(asking) if wanted == "yes" else ~condition(asking)

    return read


FACETS = {
    facet.name: facet
    for facet in (
        Facet("status", "status", _status, lambda text, _: STATUSES[text].lower()),
        Facet("due", "due", _due, lambda text, _: DUES[text]),
        Facet("due_from", "due from", _due_from, lambda text, _: text),
        Facet("due_to", "due until", _due_to, lambda text, _: text),
        Facet("assignee", "assignee", _assignee, _assignee_words),
        Facet("type", "type", lambda text, _: Q(type__slug=text), _type_words),
        Facet(
            "priority",
            "priority",
            lambda text, _: Q(priority=_known(text, dict(Priority.choices))),
            lambda text, _: text,
        ),
        Facet("tag", "tag", _tag, _tag_words),
        Facet("contact", "client", lambda text, _: Q(contact=_id(text)), _contact_words),
        _record("partner", "name"),
        _record("deal", "name"),
        _record("document", "name"),
        _record("invoice", "number"),
        Facet("group", "group", lambda text, _: Q(group=text), lambda text, _: text),
        Facet("lead", "first contact", _yes(lambda _: Q(speed_to_lead=True)), lambda text, _: text),
        Facet(
            "snoozed",
            "snoozed",
            _yes(lambda asking: Q(snoozed_until__isnull=False, snoozed_until__gt=asking.now)),
            lambda text, _: text,
        ),
        Facet("pinned", "pinned", _yes(lambda _: Q(pinned=True)), lambda text, _: text),
        Facet("where", "whose contact", _where, lambda text, _: where_words(text)),
        Facet("q", "text", _text, lambda text, _: f"“{text}”"),
    )
}


def _clean(name: str, text: str) -> str:
    """What was asked, as short as any filter may be; a condition cut off would be none."""
    return text.replace("\0", "").strip()[: LONGEST_WHERE if name == "where" else 200]


def apply(followups: FollowUpQuerySet, given: QueryDict, user: User, now: datetime) -> Filtered:
    """Narrow a set as the address says; without a word about the status, to what is still open. Several values of
    one filter are alternatives; what cannot be read leaves nothing, with the reason."""
    asking = Asking(user, now)
    values = {name: [text for text in (_clean(name, one) for one in given.getlist(name)) if text] for name in FACETS}
    if not values["status"]:
        values["status"] = ["open"]
        shown = {name: texts for name, texts in values.items() if texts and name != "status"}
    else:
        shown = {name: texts for name, texts in values.items() if texts}
    filtered = Filtered(followups, query=urlencode(shown, doseq=True))
    for name, texts in values.items():
        facet, either = FACETS[name], Q()
        try:
            for text in texts:
                either |= facet.condition(text, asking)
            if texts:
                filtered.followups = filtered.followups.filter(either)
            if name in shown:
                filtered.chosen.append(_chip(facet, texts, asking, shown))
        except BadFilter as problem:
            filtered.wrong.append(f"The filter “{facet.label}”: {problem}")
    if filtered.wrong:
        filtered.followups = filtered.followups.none()
    return filtered


def _chip(facet: Facet, texts: list[str], asking: Asking, shown: Mapping[str, list[str]]) -> Chosen:
    rest = {name: values for name, values in shown.items() if name != facet.name}
    words = " or ".join(facet.words(text, asking) for text in texts)
    return Chosen(facet.name, facet.label, words, "?" + urlencode(rest, doseq=True))
