"""The filters of the contact list, as they stand in its address; also what an export and a bulk action are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from crm.access import audiences_for, custom_fields_for, tags_for, teams_for
from crm.conditions.listing import where_words
from crm.countries import country_code, country_name
from crm.custom_values import BadCustomValue, parse_value
from crm.facets import (
    Asking,
    BadFilter,
    Chosen,
    Facet,
    by_condition,
    by_owner,
    day,
    known,
    narrowed,
    owner_words,
    record_id,
    values_of,
    yes_or_no,
)
from crm.models import AudienceMember, Consent, ContactTag, CustomField, Lifecycle, User
from crm.models.contact import ACTIVE_LIFECYCLES, ContactQuerySet
from crm.search_terms import contacts_matching
from crm.zones import day_after, moment

LIFECYCLES = {"active": "active", **dict(Lifecycle.choices)}


@dataclass(slots=True)
class Filtered:
    """The list that the address asks for. `wrong` are sentences about filters that could not be read."""

    contacts: ContactQuerySet
    chosen: list[Chosen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    query: str = ""


def _lifecycle(text: str, asking: Asking) -> Q:
    wanted = known(text, LIFECYCLES)
    return Q(lifecycle__in=ACTIVE_LIFECYCLES) if wanted == "active" else Q(lifecycle=wanted)


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
    channel = known(text, {"email": "e-mail", "call": "calls", "sms": "SMS", "whatsapp": "WhatsApp"})
    return Q(Exists(Consent.objects.filter(contact=OuterRef("pk"), channel=channel, state="withdrawn")))


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
        Facet("planned", "planned", yes_or_no(lambda _: Q(next_due_by__isnull=False))),
        Facet("late", "late", yes_or_no(lambda asking: Q(next_due_by__isnull=False, next_due_by__lte=asking.now))),
        Facet(
            "quiet",
            "going quiet",
            yes_or_no(
                lambda asking: Q(lifecycle__in=ACTIVE_LIFECYCLES, rots_at__isnull=False, rots_at__lte=asking.now)
            ),
        ),
        Facet("opted_out", "opted out of", _opted_out),
        Facet(
            "added_from",
            "added from",
            lambda text, asking: Q(created_at__gte=moment(day(text), time(), asking.user.time_zone)),
        ),
        Facet(
            "added_to",
            "added until",
            lambda text, asking: Q(created_at__lt=day_after(day(text), asking.user.time_zone)),
        ),
        Facet("audience", "audience", _audience, _audience_words),
        Facet("where", "who", by_condition, lambda text, _: where_words(text)),
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


def apply(contacts: ContactQuerySet, given: QueryDict, user: User, now: datetime) -> Filtered:
    """Narrow a set as the address says. Several values of one filter are alternatives; what cannot be read leaves
    nothing, with the reason."""
    facets = dict(FACETS)
    if any(name.startswith("custom.") for name in given):
        facets |= {facet.name: facet for facet in map(_custom_facet, custom_fields_for(user))}
    shown = values_of(given, facets)
    found = narrowed(facets, shown, Asking(user, now))
    kept = contacts.none() if found.wrong else contacts.filter(found.condition)
    return Filtered(kept, found.chosen, found.wrong, urlencode(shown, doseq=True))
