"""Taking in what contacts write: stored once, placed, told to timeline and thread, and obeyed. In sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from crm.models import User
from crm.timeline import Happening, record
from messaging.arrivals import NewArrival, storable, store
from messaging.attachments import keep, planned
from messaging.hooks.kinds import MESSAGE_MEDIA
from messaging.incoming import Incoming
from messaging.mail_reading.shape import AUTO_ACK, BOUNCE, COMPLAINT, OUT_OF_OFFICE, PERSON, UNKNOWN, UNSUBSCRIBE
from messaging.matching import Match, load_book, match
from messaging.models import MessageBody, MessageChannel
from messaging.received_effects import Received, obey
from messaging.threads import Line, note_lines

LABELS = dict(MessageChannel.choices)
#: Classified beside the kinds of `mail_reading.shape`.
COLLEAGUE = "colleague"
#: What came in so shortly before counts as heard now: what was written meanwhile did not know of it.
JUST_NOW = timedelta(minutes=15)
#: Text kept of one message; what is longer is cut, and says so.
MOST_TEXT = 500_000
MOST_HTML = 2_000_000


def receive(incoming: Sequence[Incoming], *, now: datetime) -> list[int]:
    """Store what came in, in one transaction with a fixed number of statements; returns the ids of what is new.

    Said twice it changes nothing. Each is matched to its contact and to the message that it answers; a stranger’s is
    kept without one. People’s words move the last contact and stop what waits for an answer; robots’ do not.
    """
    unique = {one.dedupe_key: one for one in incoming}
    if not unique:
        return []
    with transaction.atomic():
        unique = _colleagues_marked(unique)
        book = load_book(list(unique.values()))
        matched = {key: match(one, book, now) for key, one in unique.items()}
        ids = _insert(unique, matched, now)
        new = [Received(ids[key], one, matched[key]) for key, one in unique.items() if key in ids]
        if not new:
            return []
        _keep_words(new)
        for one in new:
            if one.incoming.attachments:
                keep(one.message_id, one.incoming.attachments)
        _fetch_later(new, now)
        note_lines([_line(one, now) for one in new if one.contact_id is not None])
        record([_happening(one, now) for one in new if one.contact_id is not None and not one.reports], now=now)
        obey(new, now=now)
    return [one.message_id for one in new]


def _colleagues_marked(unique: Mapping[str, Incoming]) -> dict[str, Incoming]:
    """What a colleague wrote into the talk from their own mail program is not the contact's answer."""
    senders = {one.sender for one in unique.values() if one.channel == "email" and one.kind == PERSON}
    ours = set(User.objects.filter(email__in=senders, is_active=True).values_list("email", flat=True))
    return {
        key: replace(one, kind=COLLEAGUE, rule="A colleague wrote it")
        if one.kind == PERSON and one.sender in ours
        else one
        for key, one in unique.items()
    }


def _insert(unique: Mapping[str, Incoming], matched: Mapping[str, Match], now: datetime) -> dict[str, int]:
    from psycopg.types.json import Jsonb

    rows = list(unique.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_message (channel, direction, kind, contact_id, sender, "to", subject, data, cause_kind,
                dedupe_key, status, reason, send_after, claimed_by, attempts, provider, provider_id, created_at, sent_at,
                delivered_at, topic, stops_on_reply, answers, matched_by)
            SELECT t.channel, 'in', 'received', t.contact_id, t.sender, t.recipient, t.subject, t.data, '', t.key,
                'delivered', '', t.at, '', 0, t.provider, t.provider_id, t.at, t.at, %s, '', false, t.answers, t.matched_by
            FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[],
                %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::text[])
                AS t(channel, contact_id, sender, recipient, subject, data, key, at, provider, provider_id, answers, matched_by)
            ON CONFLICT (dedupe_key) DO NOTHING
            RETURNING dedupe_key, id
            """,
            [
                now,
                [one.channel for _, one in rows],
                [matched[key].contact_id for key, _ in rows],
                [storable(one.sender)[:320] for _, one in rows],
                [storable(", ".join(one.to))[:320] for _, one in rows],
                [_one_line(one.subject)[:300] for _, one in rows],
                [Jsonb(storable(_facts(one))) for _, one in rows],
                [key for key, _ in rows],
                [min(one.at, now) for _, one in rows],
                [one.provider for _, one in rows],
                [storable(one.provider_id)[:300] for _, one in rows],
                [matched[key].answers for key, _ in rows],
                [matched[key].rule[:200] for key, _ in rows],
            ],
        )
        return dict(cursor.fetchall())


def _facts(one: Incoming) -> dict[str, Any]:
    """What is known of it beside its words; empty facts are left out."""
    known = {
        "classified": one.kind,
        "rule": one.rule,
        "sender_name": one.sender_name[:200],
        "message_id": one.message_id[:300],
        "references": [text[:300] for text in one.references[-20:]],
        "keyword": one.keyword,
        "returns_on": one.returns_on.isoformat() if one.returns_on else "",
        "language": one.language,
        "problem": one.problem[:300],
        "attachments": [asdict(kept) for kept in planned(one.attachments)],
        "media": [{"url": media.url, "content_type": media.content_type} for media in one.media],
    }
    return {name: value for name, value in known.items() if value}


def _keep_words(new: Sequence[Received]) -> None:
    MessageBody.objects.bulk_create(
        [
            MessageBody(
                message_id=one.message_id,
                text=_cut(one.incoming.text, MOST_TEXT),
                html=_cut(one.incoming.html, MOST_HTML),
                new_text=_cut(one.incoming.new_text, MOST_TEXT),
            )
            for one in new
        ],
        ignore_conflicts=True,
    )


def _fetch_later(new: Sequence[Received], now: datetime) -> None:
    """Files that lie at the provider are fetched by a worker: it may not keep them for long."""
    store(
        [
            NewArrival(
                MESSAGE_MEDIA,
                one.incoming.provider,
                str(one.message_id),
                {"message_id": one.message_id, "media": [asdict(media) for media in one.incoming.media]},
            )
            for one in new
            if one.incoming.media
        ],
        now=now,
    )


def _cut(text: str, most: int) -> str:
    text = str(storable(text))
    return text if len(text) <= most else f"{text[:most]}\n[Cut: it has {len(text):,} characters.]"


def _one_line(text: str) -> str:
    return " ".join(str(storable(text)).split())


def _snippet(one: Incoming) -> str:
    return _one_line((one.new_text or one.text or one.subject)[:1000])[:200]


def _line(one: Received, now: datetime) -> Line:
    at = min(one.incoming.at, now)
    heard = now if one.incoming.channel != "whatsapp" and now - at < JUST_NOW else at
    return Line(one.contact_id or 0, one.incoming.channel, "in", heard, _snippet(one.incoming), one.incoming.by_person)


EVENT_KINDS = {
    PERSON: "message_received",
    UNKNOWN: "message_received",
    OUT_OF_OFFICE: "out_of_office",
    AUTO_ACK: "automatic_received",
    BOUNCE: "automatic_received",
    COMPLAINT: "automatic_received",
    UNSUBSCRIBE: "message_received",
}


def _happening(one: Received, now: datetime) -> Happening:
    incoming = one.incoming
    return Happening(
        EVENT_KINDS.get(incoming.kind, "message_received"),
        one.contact_id,
        min(incoming.at, now),
        actor="contact",
        subject_kind="message",
        subject_id=one.message_id,
        data={
            "channel": LABELS.get(incoming.channel, incoming.channel),
            "channel_slug": incoming.channel,
            "subject": _one_line(incoming.subject)[:300] or _snippet(incoming)[:80],
            "message_id": one.message_id,
            "answers": one.match.answers,
            "snippet": _snippet(incoming),
            "said_at": _line(one, now).at.isoformat(),
            "classified": incoming.kind,
            "rule": incoming.rule,
            "matched_by": one.match.rule,
            "until": incoming.returns_on.isoformat() if incoming.returns_on else "",
            "until_words": f" until {incoming.returns_on:%-d %B %Y}" if incoming.returns_on else "",
        },
        # To stop is a wish, not a talk.
        two_way=incoming.kind == PERSON,
        key=f"received:{one.message_id}",
    )
