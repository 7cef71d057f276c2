"""What the gate needs to know of contacts, read for a whole batch in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import connection
from django.db.models import Q

from crm.addresses import takes_sms
from crm.models import Consent, Contact, Organisation
from crm.sql_arrays import id_array
from crm.whereabouts import Whereabouts, whereabouts
from messaging.claimed import ContactWords
from messaging.contact_case import WEEK, ConsentFact, ContactFacts, Rules, SuppressionFact
from messaging.contact_hours import stretch
from messaging.models import ContactPolicy, MessageChannel, Suppression, SuppressionReason

#: The ways to a contact, and what kind of address each goes to.
CONTACT_CHANNELS = {
    MessageChannel.EMAIL.value: "email",
    MessageChannel.SMS.value: "phone",
    MessageChannel.WHATSAPP.value: "phone",
}

#: A return further off than this is a mistake of whoever read it, not an absence.
LONGEST_ABSENCE = timedelta(days=366)

#: Messages that reached somebody, may have, or are about to: they count against the caps. One that was put back, failed
#: or came back does not.
COUNTED = ("sending", "sent", "delivered", "read", "uncertain")

#: Somebody whom nobody knows any more.
NOBODY = ContactFacts(0, name="Somebody who has been deleted", gone=True)


@dataclass(frozen=True, slots=True)
class ContactBook:
    """The facts about contacts, the words that may be written to them, and the rules in force."""

    rules: Rules
    facts: Mapping[int, ContactFacts] = field(default_factory=dict)
    words: Mapping[int, ContactWords] = field(default_factory=dict)

    def of(self, contact_id: int | None) -> ContactFacts:
        return self.facts.get(contact_id or 0, NOBODY)


def load_book(contact_ids: Collection[int], *, now: datetime, leaving_out: Collection[int] = ()) -> ContactBook:
    """Read everything as it is now, in six queries however many contacts. `leaving_out` are messages that do not count:
    those that are being decided."""
    policy, organisation = ContactPolicy.objects.current(), Organisation.objects.current()
    ids = list(contact_ids)
    rows = list(Contact.objects.filter(pk__in=ids).values(*_COLUMNS))
    consents = _consents(ids)
    stops = _suppressions(rows)
    touches = _touches(ids, leaving_out, now)
    facts, words = {}, {}
    for row in rows:
        place = whereabouts(row["time_zone"], row["phone"], row["country"])
        facts[row["pk"]] = _facts(row, place, organisation, consents, stops, touches, now)
        words[row["pk"]] = ContactWords(
            row["pk"],
            row["first_name"],
            row["last_name"],
            row["organisation"],
            row["language"],
            row["email"],
            row["phone"],
            row["custom"],
            facts[row["pk"]].zone_name,
        )
    return ContactBook(rules_of(policy), facts, words)


def rules_of(policy: ContactPolicy) -> Rules:
    """The settings as the gate reads them."""
    return Rules(
        quiet=stretch(policy.quiet_from, policy.quiet_to),
        weekends=policy.weekends,
        cap_per_day=policy.cap_per_day,
        cap_per_week=policy.cap_per_week,
        gap=timedelta(minutes=policy.gap_minutes) if policy.gap_minutes else None,
        late=timedelta(hours=policy.late_hours) if policy.late_hours else None,
        ask_first=frozenset(policy.ask_first),
        costs={str(channel): float(cost) for channel, cost in policy.costs.items()},
        automatic_answers=policy.automatic_answers,
        ways=frozenset(channel for channel in CONTACT_CHANNELS if provider_chosen(channel)),
    )


def provider_chosen(channel: str) -> str:
    """The provider that the settings name for a channel; empty where they name none."""
    chosen = str(getattr(settings, f"{channel.upper()}_PROVIDER", ""))
    return "" if chosen == "none" else chosen


_COLUMNS = (
    "pk", "first_name", "last_name", "organisation", "language", "email", "phone", "custom", "external_id", "time_zone",
    "country", "preferred_channel", "deleted_at", "message_preference__quiet_from", "message_preference__quiet_to",
    "message_preference__weekends", "message_preference__away_until", "thread__last_reply_at", "thread__whatsapp_in_at",
    "thread__last_out_at",
)  # fmt: skip


def _facts(
    row: dict[str, Any],
    place: Whereabouts | None,
    organisation: Organisation,
    consents: Mapping[int, dict[tuple[str, str], ConsentFact]],
    stops: Mapping[tuple[str, str], tuple[SuppressionFact, ...]],
    touches: Mapping[int, list[tuple[datetime, bool]]],
    now: datetime,
) -> ContactFacts:
    pk, away = row["pk"], row["message_preference__away_until"]
    if place is None:
        place = Whereabouts(organisation.time_zone, "not known, so the organisation’s own zone")
    addresses = {channel: row[kind] for channel, kind in CONTACT_CHANNELS.items() if row[kind]}
    recent = touches.get(pk, [])
    return ContactFacts(
        contact_id=pk,
        name=_name(row),
        gone=row["deleted_at"] is not None,
        addresses=addresses,
        takes_sms=not row["phone"] or _takes_sms(row["phone"]),
        consents=consents.get(pk, {}),
        suppressions={
            channel: found for channel, address in addresses.items() if (found := stops.get((channel, address)))
        },
        preferred=row["preferred_channel"],
        country=row["country"] or _country_of(row["phone"]) or organisation.country,
        zone_name=place.zone_name,
        zone_because=place.because,
        city=place.city,
        quiet=stretch(row["message_preference__quiet_from"], row["message_preference__quiet_to"]),
        weekends=row["message_preference__weekends"],
        away_until=away if away is not None and away <= (now + LONGEST_ABSENCE).date() else None,
        last_reply_at=row["thread__last_reply_at"],
        whatsapp_in_at=row["thread__whatsapp_in_at"],
        last_out_at=row["thread__last_out_at"],
        touches=tuple(at for at, _ in recent),
        answered=tuple(at for at, answers in recent if answers),
    )


def _name(row: dict[str, Any]) -> str:
    """What a sentence calls them, kept short."""
    full = row["first_name"] or row["last_name"] or row["organisation"] or row["email"] or row["phone"]
    name = full or f"Contact {row['external_id'] or row['pk']}"
    return name if len(name) <= 60 else f"{name[:57]}..."


def _consents(ids: list[int]) -> dict[int, dict[tuple[str, str], ConsentFact]]:
    found: dict[int, dict[tuple[str, str], ConsentFact]] = {}
    rows = Consent.objects.filter(contact__in=ids).values_list(
        "contact_id", "channel", "topic", "state", "source", "recorded_at"
    )
    for contact_id, channel, topic, state, source, at in rows:
        found.setdefault(contact_id, {})[channel, topic] = ConsentFact(state, source[:60], at)
    return found


def _suppressions(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[SuppressionFact, ...]]:
    emails, phones = {row["email"] for row in rows} - {""}, {row["phone"] for row in rows} - {""}
    found: dict[tuple[str, str], tuple[SuppressionFact, ...]] = {}
    kept = Suppression.objects.filter(
        Q(channel=MessageChannel.EMAIL, address__in=emails)
        | Q(channel__in=[MessageChannel.SMS, MessageChannel.WHATSAPP], address__in=phones),
        lifted_at__isnull=True,
    ).order_by("created_at", "pk")
    for channel, address, reason, at, scope, detail in kept.values_list(
        "channel", "address", "reason", "created_at", "scope", "detail"
    ):
        stop = SuppressionFact(reason, SuppressionReason(reason).label, at, scope, detail)
        found[channel, address] = (*found.get((channel, address), ()), stop)
    return found


def _touches(ids: list[int], leaving_out: Collection[int], now: datetime) -> dict[int, list[tuple[datetime, bool]]]:
    """When messages were let pass in the last week, oldest first, and whether each was an automatic answer."""
    found: dict[int, list[tuple[datetime, bool]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT contact_id, allowed_at, author_id IS NULL AND cause_kind = 'message'
            FROM messaging_message
            WHERE contact_id = ANY(%s::bigint[]) AND direction = 'out' AND allowed_at > %s AND status = ANY(%s)
                AND NOT id = ANY(%s::bigint[])
            ORDER BY allowed_at
            """,
            [id_array(ids), now - WEEK, list(COUNTED), id_array(leaving_out)],
        )
        for contact_id, at, answers in cursor.fetchall():
            found.setdefault(contact_id, []).append((at, answers))
    return found


@lru_cache(maxsize=20_000)
def _takes_sms(e164: str) -> bool:
    return takes_sms(e164)


@lru_cache(maxsize=20_000)
def _country_of(e164: str) -> str:
    """The country of a number, where its prefix has one."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:
        return ""
