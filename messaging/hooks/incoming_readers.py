"""Reading mails and messages that were stored as they came, and taking them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from messaging.addresses import read_message_id
from messaging.arrivals import LetGo
from messaging.hooks.inbound_mail import NoMail, Wrapped, mails_of
from messaging.incoming import Incoming, Media, incoming_mail
from messaging.keywords import STOP, read_keyword
from messaging.mail_reading import MailRead, read_mail
from messaging.mail_reading.shape import PERSON, UNKNOWN, UNSUBSCRIBE
from messaging.models import Arrival
from messaging.receiving import receive
from messaging.suppressing import normal_address

OWN = LetGo("It is a mail of our own that came back to us, not one from somebody.")


def read_inbound_mails(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: mails that services handed over."""
    said: dict[int, str] = {}
    incoming: list[Incoming] = []
    for arrival in arrivals:
        body, content_type = bytes(arrival.raw or b""), str(arrival.payload.get("content_type", ""))
        try:
            mails = mails_of(arrival.provider, body, content_type)
        except NoMail as problem:
            said[arrival.pk] = str(problem)
            continue
        _take(arrival, mails, incoming, said)
    receive(incoming, now=now)
    return said


def read_mailbox_mails(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: mails that were fetched from a mailbox."""
    said: dict[int, str] = {}
    incoming: list[Incoming] = []
    for arrival in arrivals:
        if problem := str(arrival.payload.get("problem", "")):
            said[arrival.pk] = problem
            continue
        _take(arrival, [Wrapped(bytes(arrival.raw or b""))], incoming, said)
    receive(incoming, now=now)
    return said


def _take(arrival: Arrival, mails: Iterable[Wrapped], incoming: list[Incoming], said: dict[int, str]) -> None:
    at = _came_at(arrival)
    found = False
    for mail in mails:
        read = read_mail(mail.raw, today=at.date())
        if refusal := not_for_us(read):
            said[arrival.pk] = refusal
            continue
        found = True
        incoming.append(incoming_mail(read, mail.raw, provider=arrival.provider, at=at, to=mail.to))
    if not found:
        said.setdefault(arrival.pk, LetGo("There is no mail in it."))


def not_for_us(read: MailRead) -> str:
    """Why a mail is not taken in; empty for every mail of somebody else."""
    return OWN if read_message_id(read.message_id) else ""


def _came_at(arrival: Arrival) -> datetime:
    """When the mailbox got it, where it says so; else when we did."""
    try:
        at = datetime.fromisoformat(str(arrival.payload.get("at", "")))
    except ValueError:
        return arrival.received_at
    return min(at, arrival.received_at) if at.tzinfo else arrival.received_at


def read_twilio_messages(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: SMS and WhatsApp messages that came in."""
    said: dict[int, str] = {}
    incoming = []
    for arrival in arrivals:
        one = twilio_message(arrival.payload.get("fields", {}), key=arrival.key, at=arrival.received_at)
        if one is None:
            said[arrival.pk] = "It names no sender."
        else:
            incoming.append(one)
    receive(incoming, now=now)
    return said


def twilio_message(fields: Mapping[str, str], *, key: str, at: datetime) -> Incoming | None:
    """The message that Twilio hands over; None where it says from whom it is not.

    Fields: twilio.com/docs/messaging/guides/webhook-request.
    """
    sender, to = fields.get("From", ""), fields.get("To", "")
    channel = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    sender, to = normal_address(channel, sender), normal_address(channel, to)
    if not sender:
        return None
    text = fields.get("Body") or fields.get("ButtonText") or _place(fields)
    media = _media(fields)
    keyword = read_keyword(text, said=fields.get("OptOutType", "")) if not media else None
    kind, rule = PERSON, "A message by phone"
    if keyword is not None:
        rule = f"The word “{keyword.word or keyword.action}” alone"
        kind = UNSUBSCRIBE if keyword.action == STOP else PERSON
    elif not text.strip() and not media:
        kind, rule = UNKNOWN, "Nothing written"
    return Incoming(
        channel=channel,
        provider="twilio",
        provider_id=fields.get("MessageSid") or fields.get("SmsMessageSid") or key,
        sender=sender,
        at=at,
        kind=kind,
        rule=rule,
        sender_name=fields.get("ProfileName", ""),
        to=(to,) if to else (),
        text=text,
        new_text=text,
        in_reply_to=(fields["OriginalRepliedMessageSid"],) if fields.get("OriginalRepliedMessageSid") else (),
        media=media,
        keyword=keyword.action if keyword else "",
        doubtful=bool(keyword and keyword.doubtful),
    )


def _media(fields: Mapping[str, str]) -> tuple[Media, ...]:
    count = fields.get("NumMedia", "0")
    number = min(int(count), 20) if count.isdecimal() and len(count) < 4 else 0
    found = [(fields.get(f"MediaUrl{i}", ""), fields.get(f"MediaContentType{i}", "")) for i in range(number)]
    return tuple(Media(url[:1000], kind[:100]) for url, kind in found if url.startswith("https://"))


def _place(fields: Mapping[str, str]) -> str:
    """A place that somebody shared on WhatsApp, in words."""
    if not (fields.get("Latitude") and fields.get("Longitude")):
        return ""
    name = fields.get("Label") or fields.get("Address") or "A place"
    return f"{name} ({fields['Latitude']}, {fields['Longitude']})"
