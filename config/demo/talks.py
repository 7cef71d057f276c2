"""Talks with some of the demo agent's clients: said through the product's own verbs, so that each message has its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from crm.addresses import takes_sms
from crm.models import Contact, PendingEvent, User
from crm.whereabouts import whereabouts
from crm.zones import local_day, moment
from messaging.delivery import deliver_due
from messaging.hooks.applying import apply_events
from messaging.hooks.events import ProviderEvent
from messaging.incoming import Incoming
from messaging.mail_reading.shape import OUT_OF_OFFICE
from messaging.models import Message
from messaging.receiving import receive
from messaging.writing import ToContact, write_to_contacts

TUESDAY, THURSDAY = 1, 3

#: When something is said, and the saying of it.
Line = tuple[datetime, Callable[[], object]]


def tell_talks(agent: User, *, now: datetime) -> int:
    """Write the talks, and one message of a stranger; returns how many messages. None where real providers are set up:
    nothing made up may reach a telephone."""
    if {settings.EMAIL_PROVIDER, settings.SMS_PROVIDER, settings.WHATSAPP_PROVIDER} != {"keep"}:
        return 0
    free = list(
        Contact.objects.filter(owner=agent, deleted_at=None).exclude(email="").exclude(phone="").order_by("pk")[1:60]
    )
    # The plots are told together, line by line as time went, so that lists by number are lists by time.
    lines: list[Line] = []
    with transaction.atomic():
        for number, plot in enumerate((_papers, _bank_letter, _away, _held, _unanswered)):
            fitting = [one for one in free if plot not in (_bank_letter, _held) or takes_sms(one.phone)]
            if fitting:
                free.remove(fitting[0])
                telling = _Telling(fitting[0], agent, now, number)
                plot(telling)
                lines += telling.lines
        lines.append(_stranger(now))
        before = list(PendingEvent.objects.values_list("event_id", flat=True))
        for _, say in sorted(lines, key=lambda line: line[0]):
            say()
        # Told as of the past, like all the rest: nobody is asked to respond to what the story has settled.
        PendingEvent.objects.exclude(event_id__in=before).delete()
    return Message.objects.filter(user=None).count()


def workday(now: datetime, back: int, zone_name: str, hour: int = 11) -> datetime:
    """That hour of theirs on a Tuesday, Wednesday or Thursday, at least so many days ago: nowhere a weekend."""
    day = local_day(now, zone_name) - timedelta(days=back)
    while not TUESDAY <= day.weekday() <= THURSDAY:
        day -= timedelta(days=1)
    return moment(day, time(hour), zone_name)


@dataclass(frozen=True, slots=True)
class _Telling:
    contact: Contact
    agent: User
    now: datetime
    number: int
    lines: list[Line] = field(default_factory=list)

    def day(self, back: int, hour: int = 11) -> datetime:
        place = whereabouts(self.contact.time_zone, self.contact.phone, self.contact.country)
        return workday(self.now, back, place.zone_name if place else "UTC", hour)

    def us(
        self, at: datetime, channel: str, text: str, *, subject: str = "", kind: str = "message", reads: bool = False
    ) -> None:
        """Write to them, by hand unless another kind is named, and let it leave."""
        self.lines.append((at, partial(self._us, at, channel, text, subject, kind, reads)))

    def _us(self, at: datetime, channel: str, text: str, subject: str, kind: str, reads: bool) -> None:
        by_hand = kind == "message"
        [written] = write_to_contacts(
            [
                ToContact(
                    contact_id=self.contact.pk, kind=kind, dedupe_key=f"demo:{self.number}:{at.isoformat()}",
                    topic="service" if by_hand else "classes", channel=channel, subject=subject, text=text,
                    author_id=self.agent.pk if by_hand else None, fallback=False,
                )
            ],
            now=at,
        )  # fmt: skip
        assert written.message_id is not None
        deliver_due(at)
        kinds = ("delivered", "read") if reads else ("delivered",)
        apply_events(
            [
                ProviderEvent(
                    "keep", name, at + timedelta(minutes=minutes), message_id=written.message_id,
                    provider_id=Message.objects.values_list("provider_id", flat=True).get(pk=written.message_id),
                )
                for minutes, name in enumerate(kinds, 1)
            ],
            now=at + timedelta(minutes=len(kinds)),
        )  # fmt: skip

    def them(self, at: datetime, channel: str, text: str, **more: object) -> None:
        """Take in what they wrote."""
        sender = self.contact.email if channel == "email" else self.contact.phone
        name = self.contact.name if channel == "email" else ""
        self.lines.append((at, partial(_taken, at, channel, sender, text, f"{self.number}", sender_name=name, **more)))


def _taken(at: datetime, channel: str, sender: str, text: str, mark: str, **more: object) -> None:
    facts: dict[str, object] = {"new_text": text, "rule": "no mark of a machine"} | more
    receive(
        [
            Incoming(
                channel=channel, provider="keep", provider_id=f"demo-{mark}-{at.isoformat()}", sender=sender, at=at,
                text=text, **facts,  # type: ignore[arg-type]  # the fields of Incoming, by name
            )
        ],
        now=at,
    )  # fmt: skip


def _papers(t: _Telling) -> None:
    """A mail, its answer with a question, and one more question today that nobody has answered yet."""
    name = t.contact.first_name
    first = (
        f"Dear {name},\n\nfive things decide whether a student visa is granted at once: a passport that is valid for "
        "another year, the letter of admission, proof of funds, insurance from the first day, and photos of the right "
        f"size. Send me what you have, and I will look it over.\n\n{t.agent.name}"
    )
    t.us(t.day(4), "email", first, subject="What your visa file needs", reads=True)
    said = (
        "Thank you, this helps a lot.\n\nI have the admission and the insurance. Is a bank letter enough, or do they "
        f"want statements of three months?\n\n{name}"
    )
    quoted = "\n".join(f"> {line}" for line in first.splitlines())
    at = t.day(4, 15)
    t.them(
        at,
        "email",
        f"{said}\n\n{t.agent.name} wrote:\n{quoted}",
        new_text=said,
        subject="Re: What your visa file needs",
    )
    t.us(
        at + timedelta(hours=1), "email", "The bank letter is enough if it names the amount and is not older than a month.",
        subject="Re: What your visa file needs",
    )  # fmt: skip
    t.them(t.now - timedelta(hours=3), "whatsapp", "Got the bank letter today. Shall I send a photo of it here?")


def _bank_letter(t: _Telling) -> None:
    """A class reminder by SMS, its answer, and a word back."""
    at = t.day(2, 10)
    t.us(at, "sms", "Reminder: your preparation class is tomorrow at 17:00.", kind="class_reminder")
    t.them(at + timedelta(minutes=20), "sms", "Thanks, I will be there. Can I bring my sister?")
    t.us(at + timedelta(minutes=50), "sms", "Of course, bring her along.")


def _away(t: _Telling) -> None:
    """A mail that met an out-of-office notice."""
    at = t.day(1, 10)
    t.us(at, "email", "Shall we go through the contract this week?", subject="Your contract")
    back = at.date() + timedelta(days=10)
    t.them(
        at + timedelta(minutes=1), "email",
        f"I am out of the office until {back:%-d %B} and will answer after my return.",
        subject="Automatic reply: Your contract", kind=OUT_OF_OFFICE, rule="Auto-Submitted: auto-replied (RFC 3834)",
        returns_on=back,
    )  # fmt: skip


def _held(t: _Telling) -> None:
    """A payment reminder that falls into their night, held until the morning."""
    place = whereabouts(t.contact.time_zone, t.contact.phone, t.contact.country)
    zone_name = place.zone_name if place else "UTC"
    night = moment(local_day(t.now, zone_name) + timedelta(days=1), time(23, 10), zone_name)
    reminder = ToContact(
        contact_id=t.contact.pk, kind="payment_reminder", dedupe_key=f"demo:{t.number}:held", topic="payments",
        channel="sms", text="Your second instalment is due on Friday.", send_after=night, fallback=False,
    )  # fmt: skip
    t.lines.append((t.now, partial(write_to_contacts, [reminder], now=t.now)))


def _unanswered(t: _Telling) -> None:
    """Somebody who has waited for more than a day."""
    t.them(
        t.now - timedelta(hours=27), "email",
        "Good morning,\n\nwhen does the next intake begin, and until when can I still apply?", subject="Next intake",
    )  # fmt: skip


def _stranger(now: datetime) -> Line:
    at = now - timedelta(hours=7)
    return at, partial(
        _taken, at, "email", "lena.king@example.net",
        "Hello,\n\na friend gave me this address. Do you also help nurses with the recognition of their diploma?\n\nLena",
        "stranger", sender_name="Lena King", subject="Nursing diploma",
    )  # fmt: skip
