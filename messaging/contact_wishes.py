"""What a contact wants to hear, over which ways, and when: read and changed whole, by them or by a colleague (C4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from crm.consent import set_consent
from crm.contacts import change_contact
from crm.models import Consent, Contact, Organisation, User
from crm.models.consent import ConsentState, Topic
from messaging.contact_hours_kept import hours_of, keep_hours, problems_of
from messaging.models import ContactPolicy, Suppression, SuppressionReason
from messaging.opting_out import opt_out
from messaging.suppressing import lift

#: Ways that can be chosen, in the order of the page, with the contact's field that they need.
WAYS = {"email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp"}
NEEDS = {"email": "email", "sms": "phone", "whatsapp": "phone", "call": "phone"}
#: What can be refused apart, in the words of the person whose it is.
SUBJECTS = {
    Topic.SERVICE.value: ("Your own matters", "Answers, documents, what was agreed"),
    Topic.CLASSES.value: ("Classes and appointments", "Reminders before they begin"),
    Topic.PAYMENTS.value: ("Payments", "Reminders of what is due"),
    Topic.MARKETING.value: ("News and offers", "What is new, and invitations"),
}
ALL, MARKETING = Topic.ALL.value, Topic.MARKETING.value


class BadWishes(ValueError):
    """Wishes that cannot be; `field` names the place, the text is a sentence."""

    def __init__(self, field: str, words: str) -> None:
        """Keep both."""
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that can be chosen. `allowed` holds (channel, topic); with (channel, "all") missing, all of it is off.

    Quiet hours are local to the contact; `weekends` None leaves it to the organisation.
    """

    allowed: frozenset[tuple[str, str]]
    preferred_channel: str = ""
    quiet_from: time | None = None
    quiet_to: time | None = None
    weekends: bool | None = None
    tracking: bool = True


@dataclass(frozen=True, slots=True)
class Chooser:
    """Whose wishes they are: an initial, and the ways over which they can be reached at all."""

    contact_id: int
    initial: str
    ways: tuple[tuple[str, str], ...]
    can_be_called: bool
    wishes: Wishes


def organisation_name() -> str:
    """Who writes to them."""
    return Organisation.objects.current().name


def chooser_of(contact_id: int) -> Chooser | None:
    """The contact's wishes as they stand; None for one who is gone. Four queries."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at__isnull=True).first()
    if contact is None:
        return None
    said = {(row.channel, row.topic): row.state for row in Consent.objects.filter(contact_id=contact_id)}
    ask_first = set(ContactPolicy.objects.current().ask_first)
    wishes = Wishes(
        allowed=frozenset(
            (way, topic) for way in WAYS for topic in (ALL, *SUBJECTS) if _allowed(said, way, topic, ask_first)
        ),
        preferred_channel=contact.preferred_channel,
        **hours_of(contact_id),
    )
    name = (contact.first_name or contact.last_name or contact.organisation).strip()
    ways = tuple((way, title) for way, title in WAYS.items() if getattr(contact, NEEDS[way]))
    return Chooser(contact_id, name[:1].upper(), ways, bool(contact.phone), wishes)


def _allowed(said: dict[tuple[str, str], str], way: str, topic: str, ask_first: set[str]) -> bool:
    if said.get((way, topic)) == ConsentState.WITHDRAWN:
        return False
    if topic == MARKETING and way in ask_first:
        return ConsentState.GRANTED in (said.get((way, MARKETING)), said.get((way, ALL)))
    return True


@transaction.atomic
def change_wishes(
    contact_id: int, wanted: Wishes, *, seen: Wishes, source: str, proof: str, by: User | None, now: datetime
) -> list[str]:
    """Write what differs between `seen`, the wishes that were on the page, and `wanted`; returns a sentence for each.

    What somebody else changed meanwhile and the page did not touch stays. Raises BadWishes, Contact.DoesNotExist.
    """
    for field, words in problems_of({"quiet_from": wanted.quiet_from, "quiet_to": wanted.quiet_to}).items():
        raise BadWishes(field, words)
    contacts = Contact.objects.filter(pk=contact_id, deleted_at__isnull=True)
    contacts.select_for_update().values_list("pk", flat=True).get()
    told = []
    for way, topic, state in _changes(seen.allowed, wanted.allowed):
        if state == ConsentState.WITHDRAWN:
            new = opt_out([contact_id], source=source, by=by, now=now, channel=way, topic=topic, proof=proof)
        else:
            new = set_consent([contact_id], way, topic, state, source, by, now, proof)
            if topic == ALL:
                _release(contact_id, way, by, now)
        if new:
            told.append(_sentence(way, topic, state))
    if wanted.preferred_channel != seen.preferred_channel:
        result = change_contact(contacts, by=by, now=now, changes={"preferred_channel": wanted.preferred_channel})
        if result.refused:
            raise BadWishes("preferred_channel", next(iter(result.refused.values())))
        title = {**WAYS, "call": "a call"}.get(wanted.preferred_channel, "")
        told.append(f"The way you like best is now {title}." if title else "No way is liked best any more.")
    return told + _keep(contact_id, wanted, seen, now)


def _changes(seen: Iterable[tuple[str, str]], wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str, ConsentState]]:
    """What to write, the whole ways first."""
    seen, wanted = frozenset(seen), frozenset(wanted)
    known = [(way, topic) for topic in (ALL, *SUBJECTS) for way in WAYS]
    changes = {pair: ConsentState.GRANTED for pair in known if pair in wanted - seen}
    changes |= {pair: ConsentState.WITHDRAWN for pair in known if pair in seen - wanted}
    for way in WAYS:
        if changes.get((way, ALL)) == ConsentState.GRANTED and (way, MARKETING) not in wanted:
            # "Yes" to a whole way would count as the yes that marketing needs beforehand.
            changes[way, MARKETING] = ConsentState.WITHDRAWN
    return [(way, topic, state) for (way, topic), state in changes.items()]


def _release(contact_id: int, way: str, by: User | None, now: datetime) -> None:
    """Lift what they themselves had stopped; a dead address and a complaint stay as they are."""
    contact = Contact.objects.get(pk=contact_id)
    own = [contact.email, *contact.other_emails] if way == "email" else [contact.phone, *contact.other_phones]
    stopped = Suppression.objects.filter(
        channel=way, address__in=[one for one in own if one], reason=SuppressionReason.OPT_OUT, lifted_at__isnull=True
    )
    if ids := list(stopped.values_list("pk", flat=True)):
        lift(ids, by=by, now=now)


def _sentence(way: str, topic: str, state: ConsentState) -> str:
    what = "" if topic == ALL else f" about “{SUBJECTS[topic][0].lower()}”"
    return f"{WAYS[way]}{what} is {'on' if state == ConsentState.GRANTED else 'off'}."


def _keep(contact_id: int, wanted: Wishes, seen: Wishes, now: datetime) -> list[str]:
    told = []
    changed: dict[str, time | bool | None] = {}
    if (wanted.quiet_from, wanted.quiet_to) != (seen.quiet_from, seen.quiet_to):
        changed |= {"quiet_from": wanted.quiet_from, "quiet_to": wanted.quiet_to}
        told.append(
            f"No messages between {wanted.quiet_from:%H:%M} and {wanted.quiet_to:%H:%M}."
            if wanted.quiet_from
            else "You set no quiet hours of your own any more."
        )
    if wanted.weekends != seen.weekends:
        changed["weekends"] = wanted.weekends
        words = {True: "Weekends are fine.", False: "No messages on weekends.", None: "Weekends are as usual."}
        told.append(words[wanted.weekends])
    if wanted.tracking != seen.tracking:
        changed["tracking"] = wanted.tracking
        words_of = {True: "may be noted", False: "are not noted any more"}
        told.append(f"Mails that you open and links that you follow {words_of[wanted.tracking]}.")
    if changed:
        keep_hours(contact_id, changed, now)
    return told
