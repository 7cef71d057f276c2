"""Claimed messages as plain rows, and the letters made of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from messaging.addresses import reply_address, token_of
from messaging.channels.shape import Channel, Letter
from messaging.claimed import COLUMNS, Claimed
from messaging.models import ContactPolicy, Message, MessageBody, MessageStatus
from messaging.rendering import absolute, render
from messaging.templating.rendering import Writing, written_for_contacts
from messaging.tracking.marking import marked
from messaging.tracking.unwatched import unwatched_among

__all__ = ["Claimed", "letters_of", "load_claimed", "token_of"]

log = logging.getLogger(__name__)

#: Channels to colleagues that carry a few words and one link.
BRIEF = {"push", "slack", "teams"}
#: Channels to contacts alone.
PHONES = {"sms", "whatsapp"}


def load_claimed(ids: Sequence[int], worker: str) -> list[Claimed]:
    """Read the rows that are still the worker's, in the order of the ids."""
    rows = Message.objects.filter(pk__in=ids, claimed_by=worker, status=MessageStatus.SENDING).values_list(*COLUMNS)
    found = {row[0]: Claimed(*row) for row in rows}
    return [found[pk] for pk in ids if pk in found]


def letters_of(rows: Sequence[Claimed], channel: Channel, *, now: datetime) -> dict[int, Letter]:
    """Render the messages and keep their words. One that cannot be rendered gets its `problem` and no letter."""
    to_contacts = [row for row in rows if row.contact_id is not None]
    letters = _to_contacts(to_contacts, channel, now=now) if to_contacts else {}
    colleagues = [row for row in rows if row.contact_id is None]
    if colleagues:
        letters |= _to_colleagues(colleagues, channel, now=now)
    return letters


def _to_colleagues(rows: Sequence[Claimed], channel: Channel, *, now: datetime) -> dict[int, Letter]:
    ready = {} if not channel.needs_words else _words_there([row.pk for row in rows])
    letters = {}
    for row in rows:
        if row.channel in PHONES:
            row.problem = "Colleagues are not written to over this channel."
            continue
        text, html = ready.get(row.pk, ("", ""))
        if channel.needs_words and not (text or html):
            try:
                text, html = _words(row)
            except Exception as problem:
                log.exception("a message cannot be rendered", extra={"message_id": row.pk})
                row.problem = f"It could not be written: {problem}."
                continue
        token = token_of(row.pk, row.created_at)
        url = absolute(row.data.get("url", "")) if row.channel in BRIEF else ""
        letters[row.pk] = Letter(
            row.pk,
            token,
            row.user_id,
            row.address,
            row.name,
            row.subject,
            text,
            html,
            now,
            url=url,
            hook_id=row.hook_id,
        )
    if channel.needs_words:
        _keep_words([letter for pk, letter in letters.items() if pk not in ready])
    return letters


def _words(row: Claimed) -> tuple[str, str]:
    if row.channel not in BRIEF:
        return render(kind=row.kind, subject=row.subject, data=row.data, name=row.name)
    return "\n".join([row.subject, *(str(line) for line in row.data.get("lines", []))]), ""


def _words_there(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    return {
        pk: (text, html) for pk, text, html in MessageBody.objects.filter(pk__in=ids).values_list("pk", "text", "html")
    }


def _keep_words(letters: Sequence[Letter]) -> None:
    MessageBody.objects.bulk_create(
        [MessageBody(message_id=letter.message_id, text=letter.text, html=letter.html) for letter in letters],
        ignore_conflicts=True,
    )


# --- To contacts -------------------------------------------------------------------------------------
def _to_contacts(rows: Sequence[Claimed], channel: Channel, *, now: datetime) -> dict[int, Letter]:
    writings = written_for_contacts(rows, now=now)
    rules = ContactPolicy.objects.current()
    unwatched = unwatched_among([row.contact_id for row in rows if row.contact_id]) if rules.tracking else set()
    letters, kept = {}, {}
    for row in rows:
        writing = writings.get(row.pk) or Writing(problem="It has no words.")
        if writing.problem:
            row.problem = writing.problem
            continue
        row.snippet = " ".join(writing.text.split())[:200]
        row.sender = row.sender or getattr(channel, "sender", "")
        track = rules.tracking and row.contact_id not in unwatched
        try:
            letters[row.pk] = _letter(row, writing, rules, now, track=track)
        except Exception as problem:
            log.exception("a letter cannot be made", extra={"message_id": row.pk})
            row.problem = f"It could not be written: {problem}."
            continue
        kept[row.pk] = writing
    _keep_contact_words(rows, kept)
    for row in rows:
        row.subject = letters[row.pk].subject if row.pk in letters else row.subject
    return letters


def _letter(row: Claimed, writing: Writing, rules: ContactPolicy, now: datetime, *, track: bool) -> Letter:
    """The words that are kept stay as they are; those that leave by mail carry counted links and the way out."""
    token = token_of(row.pk, row.created_at)
    text, html, headers, reply_to = writing.text, writing.html, _thread_headers(row), ""
    if row.channel == "email":
        reply_to = reply_address(row.pk, token)
        final = marked(
            html,
            text,
            message_id=row.pk,
            contact_id=row.contact_id or 0,
            topic=row.topic,
            track=track,
            site=settings.SITE_URL,
            reply_to=reply_to,
            postal_address=rules.postal_address,
            language=row.contact.language if row.contact else "",
        )
        text, html, headers = final.text, final.html, (*headers, *final.headers)
    return Letter(
        row.pk,
        token,
        None,
        row.address,
        row.name,
        writing.subject,
        text,
        html,
        now,
        contact_id=row.contact_id,
        sender=row.sender,
        reply_to=reply_to,
        headers=headers,
        media=writing.media,
        template=writing.template_sid,
        variables=writing.variables,
        by_hand=row.by_hand,
    )


_MESSAGE_IDS = re.compile(r"<[!-;=?-~]{3,300}>")


def _thread_headers(row: Claimed) -> tuple[tuple[str, str], ...]:
    """What lets a mail program show an answer beneath what it answers (RFC 5322, section 3.6.4)."""
    answered = _MESSAGE_IDS.findall(str(row.data.get("in_reply_to") or ""))[:1] if row.channel == "email" else []
    if not answered:
        return ()
    before = [one for one in _MESSAGE_IDS.findall(str(row.data.get("references") or "")) if one != answered[0]]
    return (("In-Reply-To", answered[0]), ("References", " ".join([*before[-8:], *answered])))


def _keep_contact_words(rows: Sequence[Claimed], kept: Mapping[int, Writing]) -> None:
    """Keep the words as they leave, and the subject with the message where it was only made now."""
    MessageBody.objects.bulk_create(
        [MessageBody(message_id=pk, text=writing.text, html=writing.html) for pk, writing in kept.items()],
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["text", "html"],
    )
    changed = [(row.pk, kept[row.pk].subject) for row in rows if row.pk in kept and kept[row.pk].subject != row.subject]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE messaging_message m SET subject = s.subject
                FROM unnest(%s::bigint[], %s::text[]) AS s(id, subject) WHERE m.id = s.id
                """,
                [[pk for pk, _ in changed], [subject[:300] for _, subject in changed]],
            )
