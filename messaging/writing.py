"""Writing to contacts, by hand or by the house: the way is chosen, the gate is asked, and the outbox gets its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.models import Organisation, User
from messaging.choosing import Choice, choose
from messaging.contact_facts import CONTACT_CHANNELS, ContactBook, load_book
from messaging.contact_outbox import ContactRow, write_rows
from messaging.contact_policy import AskedContact, decide_for_contact
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.ledger import write_decisions
from messaging.models import Approval, Message, MessageTemplate
from messaging.policy import Verdict

__all__ = ["ToContact", "Written", "write_to_contacts"]

#: Kept among the facts of a message: the reason of somebody who insisted, the sentence of the choice of its channel, when
#: it was first to leave, addresses of pictures and files, and when the first was written that it stands in for.
INSIST, CHOICE, DUE, MEDIA, WRITTEN = "insist", "choice", "due_at", "media", "written_at"
OURS = frozenset({INSIST, CHOICE, DUE, MEDIA, WRITTEN})

#: What is written by hand.
BY_HAND = "message"


@dataclass(slots=True)
class ToContact:
    """One message to one contact. `channel` empty means: choose; `text` and `html` may hold merge fields; `data` are
    facts for them.

    `stops_on_reply` None means: unless a person wrote it. `insist` is the stated reason of a person who may write
    although a rule says no; it never opens the way for marketing, nor to who complained. `topic` is one of
    `crm.models.consent.Topic`. With `fallback` other channels follow should the first fail. `written_at` is since when an
    answer of theirs stops it, where that is earlier than now.
    """

    contact_id: int
    kind: str
    dedupe_key: str
    topic: str = "service"
    channel: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    template_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    cause_kind: str = ""
    cause_id: int | None = None
    author_id: int | None = None
    stops_on_reply: bool | None = None
    send_after: datetime | None = None
    expires_at: datetime | None = None
    written_at: datetime | None = None
    insist: str = ""
    media: Sequence[str] = ()
    fallback: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one: its row and channel and why that one. `refused` says why it will not leave, or is empty;
    `new` is false where the key was known and nothing was written. No id: the contact does not exist."""

    message_id: int | None
    contact_id: int
    channel: str
    reason: str
    refused: str = ""
    until: datetime | None = None
    new: bool = True


def write_to_contacts(wanted: Sequence[ToContact], *, now: datetime) -> list[Written]:
    """Write the messages, each over the channel that suits, in one transaction; returns one answer for each, in order.

    One that the gate refuses is written all the same, as not sent, so that everybody can see why. Raises ValueError
    for a channel that does not lead to contacts.
    """
    strange = {one.channel for one in wanted} - {"", *CONTACT_CHANNELS}
    if strange:
        raise ValueError(f"Contacts are not reached over {', '.join(sorted(strange))}.")
    if not wanted:
        return []
    with transaction.atomic():
        book = load_book({one.contact_id for one in wanted}, now=now)
        shelf = templates_by_name({one.template_id for one in wanted if one.template_id})
        insisting = _who_may_insist({one.author_id for one in wanted if one.insist and one.author_id})
        chosen = [_choose(one, book, shelf, one.author_id in insisting, now) for one in wanted]
        rows = [_row(*pair, shelf, now) for pair in zip(wanted, chosen, strict=True)]
        ids = write_rows(rows, now=now)
        against: dict[int, Verdict] = {}
        for row, choice in zip(rows, chosen, strict=True):
            if choice.verdict.verdict != "send" and row.dedupe_key in ids:
                against.setdefault(ids[row.dedupe_key], choice.verdict)
        write_decisions(list(against.items()), now=now)
        known = _known({row.dedupe_key for row in rows} - ids.keys())
    firsts = {row.dedupe_key: place for place, row in reversed(list(enumerate(rows)))}
    return [
        _written(row, choice, ids, known, first=firsts[row.dedupe_key] == place)
        for place, (row, choice) in enumerate(zip(rows, chosen, strict=True))
    ]


Shelf = Mapping[int, Mapping[str, tuple[int, bool]]]


def templates_by_name(template_ids: Collection[int]) -> Shelf:
    """For each template those of the same name, by channel: id, and whether WhatsApp has approved it. Two queries at most.

    A purpose has one template per channel, all of one name: so a message made from one may go over another channel.
    """
    if not template_ids:
        return {}
    names = dict(MessageTemplate.objects.filter(pk__in=template_ids).values_list("pk", "name"))
    same: dict[str, dict[str, tuple[int, bool]]] = {}
    for pk, name, channel, sid, state, archived in MessageTemplate.objects.filter(name__in=names.values()).values_list(
        "pk", "name", "channel", "whatsapp_sid", "whatsapp_state", "archived_at"
    ):
        if archived is None or pk in names:
            same.setdefault(name, {})[channel] = (pk, bool(sid) and state == Approval.APPROVED)
    return {pk: same[name] for pk, name in names.items()}


def _choose(one: ToContact, book: ContactBook, shelf: Shelf, may_insist: bool, now: datetime) -> Choice:
    facts, by_hand = book.of(one.contact_id), one.author_id is not None
    one.insist = one.insist.strip()[:150] if may_insist else ""
    at = one.send_after or now
    ways = shelf.get(one.template_id or 0, {}) if _from_template(one) else dict.fromkeys(CONTACT_CHANNELS, (0, False))
    if one.html and not one.text:
        ways = {"email": ways.get("email", (0, False))}
    # What a person wrote for one channel does not turn up on another by itself.
    others = one.fallback and not (by_hand and one.channel)
    verdicts = {
        channel: decide_for_contact(asked_of(one, channel, templated, now), facts, book.rules, max(at, now))
        for channel, (_, templated) in ways.items()
        if others or not one.channel or channel == one.channel
    }
    if one.channel and one.channel not in verdicts:
        verdicts[one.channel] = Verdict(
            "refuse", "no_words", f"This template has no words for {CHANNEL_NAMES[one.channel]}."
        )
    if not verdicts:
        verdicts["email"] = Verdict("refuse", "no_words", "Its template is gone.")
    return choose(verdicts, facts, book.rules, wanted=one.channel, by_hand=by_hand, others=others)


def _from_template(one: ToContact) -> bool:
    """Its words are the template's own; one that brings words only began with the template."""
    return one.template_id is not None and not (one.text or one.html)


def asked_of(one: ToContact, channel: str, templated: bool, now: datetime) -> AskedContact:
    """The question to the gate, for one channel."""
    by_hand = one.author_id is not None
    return AskedContact(
        channel=channel,
        topic=one.topic,
        by_hand=by_hand,
        insist=one.insist,
        stops_on_reply=not by_hand if one.stops_on_reply is None else one.stops_on_reply,
        created_at=one.written_at or now,
        due_at=one.send_after or now,
        expires_at=one.expires_at,
        templated=templated,
        answers=not by_hand and one.cause_kind == "message",
    )


def _row(one: ToContact, choice: Choice, shelf: Shelf, now: datetime) -> ContactRow:
    verdict, text, html = choice.verdict, one.text, one.html
    data = {name: value for name, value in one.data.items() if name not in OURS} | {
        name: value
        for name, value in (
            (INSIST, one.insist),
            (CHOICE, choice.reason),
            (DUE, one.send_after.isoformat() if one.send_after else ""),
            (MEDIA, list(one.media)),
            (WRITTEN, one.written_at.isoformat() if one.written_at else ""),
        )
        if value
    }
    # Words with fields in them are filled when they leave; the others stand as they are from now on.
    if "{{" in one.text or "{{" in one.html:
        data, text, html = data | {"text": text, "html": html}, "", ""
    template_id = shelf.get(one.template_id or 0, {}).get(choice.channel, (None, False))[0]
    if choice.channel == "whatsapp" and not _from_template(one):
        template_id = None  # there a template is another kind of message than free text
    return ContactRow(
        contact_id=one.contact_id,
        channel=choice.channel,
        kind=one.kind,
        dedupe_key=one.dedupe_key,
        topic=one.topic,
        status={"send": "pending", "hold": "scheduled", "refuse": "suppressed"}[verdict.verdict],
        reason=choice.reason if verdict.verdict == "send" else verdict.sentence,
        send_after=verdict.until or max(one.send_after or now, now),
        subject=one.subject,
        text=text,
        html=html,
        data=data,
        author_id=one.author_id,
        template_id=template_id,
        stops_on_reply=one.author_id is None if one.stops_on_reply is None else one.stops_on_reply,
        fallback=choice.fallback,
        cause_kind=one.cause_kind,
        cause_id=one.cause_id,
        expires_at=one.expires_at,
    )


def _written(
    row: ContactRow, choice: Choice, ids: Mapping[str, int], known: Mapping[str, tuple[int, str]], *, first: bool
) -> Written:
    new = row.dedupe_key in ids
    there = (ids[row.dedupe_key], row.channel) if new else known.get(row.dedupe_key)
    pk, channel = there if there is not None else (None, row.channel)
    refused = choice.verdict.sentence if choice.verdict.verdict == "refuse" else ""
    return Written(pk, row.contact_id, channel, row.reason, refused, choice.verdict.until, new=new and first)


def _known(keys: Collection[str]) -> dict[str, tuple[int, str]]:
    if not keys:
        return {}
    rows = Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", "pk", "channel")
    return {key: (pk, channel) for key, pk, channel in rows}


def _who_may_insist(user_ids: Collection[int]) -> set[int]:
    if not user_ids:
        return set()
    organisation = Organisation.objects.current()
    found = User.objects.filter(pk__in=user_ids, is_active=True)
    return {user.pk for user in found if user.can("messages.insist", organisation)}
