"""The filters of the contact list, as they stand in its address; also what an export and a bulk action are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from crm.access import audiences_for, custom_fields_for, people_for, tags_for, teams_for
from crm.conditions.language import BadCondition
from crm.conditions.listing import where_q, where_words
from crm.countries import country_code, country_name
from crm.custom_values import BadCustomValue, parse_value
from crm.models import AudienceMember, Consent, ContactTag, CustomField, Lifecycle, User
from crm.models.contact import ACTIVE_LIFECYCLES, ContactQuerySet
from crm.search_terms import contacts_matching
from crm.zones import day_after, moment

LIFECYCLES = {"active": "active", **dict(Lifecycle.choices)}
#: A condition as JSON, before it is checked.
LONGEST_WHERE = 10_000
YES_NO = {"yes": "yes", "no": "no"}


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
    words: Callable[[str, Asking], str] = lambda text, _: text


@dataclass(slots=True)
class Chosen:
    """One filter in force, as its chip shows it."""

    label: str
    words: str
    without: str


@dataclass(slots=True)
class Filtered:
    """The list that the address asks for. `wrong` are sentences about filters that could not be read."""

    contacts: ContactQuerySet
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    query: str = ""


def _known(text: str, known: Mapping[str, str]) -> str:
    if text not in known:
        raise BadFilter(f"“{text[:40]}” is none of: {', '.join(known)}.")
    return text


def record_id(text: str) -> int:
    """The number of a record in an address. Raises BadFilter."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadFilter(f"“{text[:20]}” is not a number of a record.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"“{text[:20]}” is not a day. Write it like 2026-11-20.") from None


def _lifecycle(text: str, asking: Asking) -> Q:
    wanted = _known(text, LIFECYCLES)
    return Q(lifecycle__in=ACTIVE_LIFECYCLES) if wanted == "active" else Q(lifecycle=wanted)


def by_owner(text: str, asking: Asking) -> Q:
    """What a person, oneself ("me") or nobody owns. Raises BadFilter."""
    if text == "nobody":
        return Q(owner__isnull=True)
    return Q(owner=asking.user) if text == "me" else Q(owner=record_id(text))


def owner_words(text: str, asking: Asking) -> str:
    """The owner's name, as a chip says it. Raises BadFilter."""
    if text in ("me", "nobody"):
        return text
    person = people_for(asking.user).filter(pk=record_id(text)).first()
    return person.name if person else "nobody known"


def _team_words(text: str, asking: Asking) -> str:
    found = teams_for(asking.user).filter(pk=record_id(text)).first()
    return found.name if found else "no team known"


def _tag(text: str, asking: Asking) -> Q:
    return Q(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag__slug=text)))


def _tag_words(text: str, asking: Asking) -> str:
    found = tags_for(asking.user).filter(slug=text).first()
    return found.name if found else text


def _audience(text: str, asking: Asking) -> Q:
    return Q(Exists(AudienceMember.objects.filter(contact=OuterRef("pk"), audience_id=record_id(text))))


def _audience_words(text: str, asking: Asking) -> str:
    found = audiences_for(asking.user).filter(pk=record_id(text)).first()
    return found.name if found else "no audience known"


def _country(text: str, asking: Asking) -> Q:
    code = country_code(text)
    if not code:
        raise BadFilter(f"“{text[:40]}” is not a country.")
    return Q(country=code)


def _opted_out(text: str, asking: Asking) -> Q:
    channel = _known(text, {"email": "e-mail", "call": "calls", "sms": "SMS", "whatsapp": "WhatsApp"})
    return Q(Exists(Consent.objects.filter(contact=OuterRef("pk"), channel=channel, state="withdrawn")))


def _where(text: str, asking: Asking) -> Q:
    try:
        return where_q(text, asking.now, asking.user)
    except BadCondition as problem:
        raise BadFilter(str(problem)) from None


def _yes(condition: Callable[[Asking], Q]) -> Callable[[str, Asking], Q]:
    def read(text: str, asking: Asking) -> Q:
        return condition(asking) if _known(text, YES_NO) == "yes" else ~condition(asking)

    return read


FACETS = {
    facet.name: facet
    for facet in (
        Facet("q", "text", lambda text, _: contacts_matching(text), lambda text, _: f"“{text}”"),
        Facet("lifecycle", "lifecycle", _lifecycle, lambda text, _: LIFECYCLES[text].lower()),
        Facet("owner", "owner", by_owner, owner_words),
        Facet("team", "team", lambda text, _: Q(team=record_id(text)), _team_words),
        Facet("tag", "tag", _tag, _tag_words),
        Facet("country", "country", _country, lambda text, _: country_name(country_code(text))),
        Facet("source", "source", lambda text, _: Q(source=text)),
        Facet("planned", "planned", _yes(lambda _: Q(next_due_by__isnull=False))),
        Facet("late", "late", _yes(lambda asking: Q(next_due_by__isnull=False, next_due_by__lte=asking.now))),
        Facet(
            "quiet",
            "going quiet",
            _yes(lambda asking: Q(lifecycle__in=ACTIVE_LIFECYCLES, rots_at__isnull=False, rots_at__lte=asking.now)),
        ),
        Facet("opted_out", "opted out of", _opted_out),
        Facet(
            "added_from",
            "added from",
            lambda text, asking: Q(created_at__gte=moment(_day(text), time(), asking.user.time_zone)),
        ),
        Facet(
            "added_to",
            "added until",
            lambda text, asking: Q(created_at__lt=day_after(_day(text), asking.user.time_zone)),
        ),
        Facet("audience", "audience", _audience, _audience_words),
        Facet("where", "who", _where, lambda text, _: where_words(text)),
        Facet("import", "import", lambda text, _: Q(pk__in=_imported(record_id(text)))),
    )
}


def _imported(batch_id: int) -> object:
    from crm.models import ImportedContact

    return ImportedContact.objects.filter(batch_id=batch_id).values("contact_id")


def _custom_facet(own: CustomField) -> Facet:
    """A filter over one of the organisation's own fields: `custom.SLUG=value`."""

    def condition(text: str, asking: Asking) -> Q:
        try:
            value = parse_value(own.kind, text, own.choices)
        except BadCustomValue as problem:
            raise BadFilter(str(problem)) from None
        return Q(custom__contains={own.slug: value})

    return Facet(f"custom.{own.slug}", own.label, condition)


def _clean(name: str, text: str) -> str:
    """What was asked, as short as any filter may be; a condition cut off would be none."""
    return text.replace("\0", "").strip()[: LONGEST_WHERE if name == "where" else 200]


def apply(contacts: ContactQuerySet, given: QueryDict, user: User, now: datetime) -> Filtered:
    """Narrow a set as the address says. Several values of one filter are alternatives; what cannot be read leaves
    nothing, with the reason."""
    asking = Asking(user, now)
    facets = dict(FACETS)
    if any(name.startswith("custom.") for name in given):
        facets |= {facet.name: facet for facet in map(_custom_facet, custom_fields_for(user))}
    shown = {
        name: texts
        for name in facets
        if (texts := [text for text in (_clean(name, one) for one in given.getlist(name)) if text])
    }
    filtered = Filtered(contacts, query=urlencode(shown, doseq=True))
    for name, texts in shown.items():
        facet, either = facets[name], Q()
        try:
            for text in texts:
                either |= facet.condition(text, asking)
            filtered.contacts = filtered.contacts.filter(either)
            rest = {other: values for other, values in shown.items() if other != name}
            words = " or ".join(facet.words(text, asking) for text in texts)
            filtered.chosen.append(Chosen(facet.label, words, "?" + urlencode(rest, doseq=True)))
        except BadFilter as problem:
            filtered.wrong.append(f"The filter “{facet.label}”: {problem}")
    if filtered.wrong:
        filtered.contacts = filtered.contacts.none()
    return filtered
