"""The next way, when one fails (C6): the message is written anew for the next channel that is open, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from messaging.contact_facts import ContactBook, load_book
from messaging.contact_outbox import ContactRow, write_rows
from messaging.contact_policy import AskedContact, decide_for_contact
from messaging.contact_rules import OF_THE_CHANNEL
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.ledger import write_decisions
from messaging.models import Message, MessageStatus
from messaging.policy import Verdict
from messaging.writing import CHOICE, DUE, INSIST, WRITTEN, Shelf, templates_by_name

#: What a message that stands in for another adds to its key.
MARK = ":fallback:"
LONGEST_KEY = 200

HOW = {
    MessageStatus.FAILED: "failed",
    MessageStatus.BOUNCED: "came back",
    MessageStatus.SUPPRESSED: "could not go",
}


def fall_back(message_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Write the next message for each of those that failed, came back, or were refused because of their channel; returns
    the ids of the new ones. Said twice it changes nothing.

    Nothing is written around what the contact wants: consent, an opt-out, a complaint, or an answer that came since.
    """
    if not message_ids:
        return []
    with transaction.atomic():
        failed = list(
            Message.objects.filter(pk__in=message_ids, direction="out", contact__isnull=False, status__in=list(HOW))
            .exclude(fallback=[])
            .select_related("body")
            .order_by("pk")
        )
        replaced = _replaced(failed)
        failed = [one for one in failed if one.pk not in replaced]
        if not failed:
            return []
        book = load_book({one.contact_id for one in failed if one.contact_id}, now=now)
        shelf = templates_by_name({one.template_id for one in failed if one.template_id})
        next_ones = [found for one in failed if (found := _next(one, book, shelf, now)) is not None]
        ids = write_rows([row for row, _ in next_ones], now=now)
        held = [(ids[row.dedupe_key], verdict) for row, verdict in next_ones if row.dedupe_key in ids and verdict.until]
        if held:
            write_decisions(held, now=now)
    return sorted(ids.values())


def _replaced(failed: Sequence[Message]) -> set[int]:
    """Those that another stands in for already, over whichever channel: a second piece of bad news writes no second one."""
    keys = [(key_of(one.dedupe_key, channel), one.pk) for one in failed for channel in one.fallback]
    known = set(
        Message.objects.filter(dedupe_key__in={key for key, _ in keys}).values_list("dedupe_key", flat=True)
        if keys
        else ()
    )
    return {pk for key, pk in keys if key in known}


def _next(one: Message, book: ContactBook, shelf: Shelf, now: datetime) -> tuple[ContactRow, Verdict] | None:
    facts, rules = book.of(one.contact_id), book.rules
    ways = shelf.get(one.template_id, {}) if one.template_id else dict.fromkeys(one.fallback, (0, False))
    # A cap or an hour of the night does not speak against the first channel for good; a refusal of another kind does.
    first = decide_for_contact(_asked(one, one.channel, templated=True), facts, rules, now)
    if first.verdict == "refuse" and first.rule not in OF_THE_CHANNEL:
        return None
    for place, channel in enumerate(one.fallback):
        if channel not in ways:
            continue
        template_id, templated = ways[channel]
        verdict = decide_for_contact(_asked(one, channel, templated=templated), facts, rules, now)
        if verdict.verdict != "refuse":
            return _row(one, channel, one.fallback[place + 1 :], template_id or None, verdict, now), verdict
    return None


def _asked(one: Message, channel: str, *, templated: bool) -> AskedContact:
    due = one.data.get(DUE)
    return AskedContact(
        channel=channel,
        topic=one.topic or "service",
        by_hand=one.author_id is not None,
        insist=str(one.data.get(INSIST) or ""),
        stops_on_reply=one.stops_on_reply,
        created_at=datetime.fromisoformat(written_at_of(one)),
        due_at=datetime.fromisoformat(due) if due else None,
        expires_at=one.expires_at,
        templated=templated,
        answers=one.author_id is None and one.cause_kind == "message",
    )


def _row(
    one: Message, channel: str, left: Sequence[str], template_id: int | None, verdict: Verdict, now: datetime
) -> ContactRow:
    choice = _in_place_of(one, channel)
    # An answer to the first ends this one too, even one that is just being stored.
    due = one.data.get(DUE) or one.created_at.isoformat()
    data = dict(one.data) | {CHOICE: choice, DUE: due, WRITTEN: written_at_of(one)}
    text, html = _words(one, channel, data)
    return ContactRow(
        contact_id=one.contact_id or 0,
        channel=channel,
        kind=one.kind,
        dedupe_key=key_of(one.dedupe_key, channel),
        topic=one.topic,
        status="scheduled" if verdict.until else "pending",
        reason=verdict.sentence if verdict.until else choice,
        send_after=verdict.until or now,
        subject=one.subject,
        text=text,
        html=html,
        data=data,
        author_id=one.author_id,
        template_id=template_id,
        stops_on_reply=one.stops_on_reply,
        fallback=left,
        fallback_of=one.pk,
        cause_kind=one.cause_kind,
        cause_id=one.cause_id,
        expires_at=one.expires_at,
    )


def written_at_of(one: Message) -> str:
    """When the first of the chain was written."""
    return str(one.data.get(WRITTEN) or one.created_at.isoformat())


def _words(one: Message, channel: str, data: Mapping[str, object]) -> tuple[str, str]:
    """The words that were written, not those made from a template: that has a sister for the channel."""
    body = getattr(one, "body", None)
    if one.template_id or data.get("text") or data.get("html") or body is None:
        return "", ""
    return body.text, body.html if channel == "email" else ""


def _in_place_of(one: Message, channel: str) -> str:
    how, before = CHANNEL_NAMES.get(channel, channel), CHANNEL_NAMES.get(one.channel, one.channel)
    came = HOW[MessageStatus(one.status)]
    return f"By {how}, in place of the one by {before} that {came}: {one.reason or 'nobody said why.'}"[:200]


def key_of(key: str, channel: str) -> str:
    """The key of the message that stands in over a channel: one for each channel, however the way led there."""
    root = key.split(MARK)[0]
    room = LONGEST_KEY - len(MARK) - 10
    if len(root) > room:
        root = f"{root[: room - 20]}~{sha256(root.encode()).hexdigest()[:16]}"
    return f"{root}{MARK}{channel}"
