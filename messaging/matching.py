"""Whose message it is, and which of ours it answers: by what it names, then by whom it comes from. Says which rule did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from messaging.address_holders import holders_of
from messaging.addresses import Named, read_message_id, read_reply_address, token_of
from messaging.incoming import Incoming
from messaging.models import Message

#: How long ago something may have been written to an address for an answer without any mark to belong to it.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours. `contact_id` is empty where the contact is gone."""

    message_id: int
    contact_id: int | None
    created_at: datetime
    channel: str
    to: str = ""
    sender: str = ""


@dataclass(slots=True)
class Book:
    """What is known about those who may be meant."""

    ours: Mapping[int, Ours] = field(default_factory=dict)
    by_provider_id: Mapping[str, int] = field(default_factory=dict)
    #: Address -> the contacts who have it, oldest first.
    contacts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    #: (Channel, address) -> what was last written there to each contact, newest first.
    latest: Mapping[tuple[str, str], Sequence[Ours]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """`rule` says in words how it was found; empty where nothing was. `marked`: by a mark of ours, which nobody outside
    can make up, and not by an address alone."""

    contact_id: int | None = None
    answers: int | None = None
    rule: str = ""
    marked: bool = False


def match(one: Incoming, book: Book, now: datetime) -> Match:
    """The contact and the message of ours that is answered. Pure."""
    named = (
        _named(one.about, book, "It is about our message (Message-ID)")
        or _named(one.in_reply_to, book, "It answers our message (In-Reply-To)")
        or _named(reversed(one.references), book, "It answers our message (References)")
        or _by_reply_address(one.to, book)
    )
    if named is not None and (named.contact_id is not None or one.kind in ("bounce", "complaint")):
        return named  # a report is about the message, whoever that went to
    if one.about_recipient and one.kind != "person":
        return _by_address(one, one.about_recipient.lower(), book, now, "The recipient that it is about")
    found = _by_address(one, one.sender, book, now, "The sender’s address")
    if named is not None and found.contact_id is not None:
        return Match(found.contact_id, named.answers, f"{found.rule}; {named.rule[:1].lower()}{named.rule[1:]}")
    return named or found


def _named(ids: Iterable[str], book: Book, rule: str) -> Match | None:
    for text in ids:
        ours = _ours(read_message_id(text), book)
        if ours is None:  # some providers put their own name in place of ours
            bare = text.strip().strip("<>")
            pk = book.by_provider_id.get(bare) or book.by_provider_id.get(bare.partition("@")[0])
            ours = book.ours.get(pk) if pk else None
        if ours is not None:
            return Match(ours.contact_id, ours.message_id, rule, marked=True)
    return None


def _by_reply_address(to: Iterable[str], book: Book) -> Match | None:
    for address in to:
        if ours := _ours(read_reply_address(address), book):
            return Match(ours.contact_id, ours.message_id, "It came to the answer address of our message", marked=True)
    return None


def _ours(named: Named | None, book: Book) -> Ours | None:
    """The message named, if its token is ours: a number alone can be guessed."""
    ours = book.ours.get(named.message_id) if named else None
    return ours if ours and named and named.token == token_of(ours.message_id, ours.created_at) else None


def _by_address(one: Incoming, address: str, book: Book, now: datetime, rule: str) -> Match:
    theirs = book.contacts.get(address, ())
    if not theirs:
        return Match()
    written = [
        ours
        for ours in book.latest.get((one.channel, address), ())
        if ours.contact_id in theirs and ours.created_at <= now
    ]
    if one.channel != "email":  # an answer comes to the number that wrote
        written = [ours for ours in written if ours.sender in one.to] or written
    lately = [ours for ours in written if ours.created_at > now - LATELY]
    if len(theirs) == 1:
        how = f"{rule}, and what was last written there" if lately else rule
        return Match(theirs[0], lately[0].message_id if lately else None, how)
    if written:
        last = written[0]
        how = f"{rule}; of {len(theirs)} contacts who have it, the one written to last"
        return Match(last.contact_id, last.message_id if last in lately else None, how)
    return Match(theirs[-1], None, f"{rule}; of {len(theirs)} contacts who have it, the newest")


def load_book(incoming: Sequence[Incoming]) -> Book:
    """All that `match` needs for a batch, in three queries."""
    ids: set[int] = set()
    names: set[str] = set()
    addresses: dict[str, set[str]] = {"email": set(), "phone": set()}
    for one in incoming:
        texts = [*one.in_reply_to, *one.references[-30:], *one.about]
        found = [read_message_id(text) for text in texts] + [read_reply_address(address) for address in one.to]
        ids |= {named.message_id for named in found if named}
        for text in texts:
            bare = text.strip().strip("<>")[:298]
            names |= {bare, f"<{bare}>", bare.partition("@")[0]}
        kind = "email" if one.channel == "email" else "phone"
        addresses[kind] |= {address for address in (one.sender, one.about_recipient.lower()) if address}
    book = Book()
    book.ours, book.by_provider_id = _load_ours(ids, names - {"", "<>"})
    book.contacts = _load_contacts(addresses)
    book.latest = _load_latest(addresses["email"] | addresses["phone"])
    return book


def _load_ours(ids: set[int], names: set[str]) -> tuple[dict[int, Ours], dict[str, int]]:
    if not ids and not names:
        return {}, {}
    rows = Message.objects.filter(Q(pk__in=ids) | Q(provider_id__in=names), direction="out").values_list(
        "pk", "contact_id", "created_at", "channel", "to", "sender", "contact__deleted_at", "provider_id"
    )
    ours, by_name = {}, {}
    for pk, contact_id, created_at, channel, to, sender, deleted_at, provider_id in rows:
        ours[pk] = Ours(pk, contact_id if deleted_at is None else None, created_at, channel, to, sender)
        if provider_id:
            by_name[provider_id.strip("<>")] = pk
    return ours, by_name


def _load_contacts(addresses: Mapping[str, set[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for _, value, contact_id in holders_of((kind, value) for kind, values in addresses.items() for value in values):
        found.setdefault(value, []).append(contact_id)
    return found


def _load_latest(addresses: set[str]) -> dict[tuple[str, str], list[Ours]]:
    found: dict[tuple[str, str], list[Ours]] = {}
    if not addresses:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [sorted(addresses)])
        for pk, contact_id, created_at, channel, to, sender in cursor.fetchall():
            found.setdefault((channel, to), []).append(Ours(pk, contact_id, created_at, channel, to, sender))
    return found


# The newest fifty to each address, of those that left or may have.
_LATEST = """
SELECT m.id, m.contact_id, m.created_at, m.channel, m."to", m.sender
FROM unnest(%s::text[]) AS a(value)
CROSS JOIN LATERAL (
    SELECT id, contact_id, created_at, channel, "to", sender FROM messaging_message
    WHERE "to" = a.value AND contact_id IS NOT NULL AND direction = 'out'
        AND status IN ('sent', 'delivered', 'read', 'uncertain', 'sending', 'bounced')
    ORDER BY id DESC LIMIT 50
) AS m
ORDER BY m.id DESC
"""
