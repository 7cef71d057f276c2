"""Claimed messages as plain rows, and the letters made of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from messaging.addresses import token_of
from messaging.channels.shape import Channel, Letter
from messaging.claimed import COLUMNS, Claimed
from messaging.models import Message, MessageBody, MessageStatus
from messaging.rendering import render

__all__ = ["Claimed", "letters_of", "load_claimed", "token_of"]

log = logging.getLogger(__name__)


def load_claimed(ids: Sequence[int], worker: str) -> list[Claimed]:
    """Read the rows that are still the worker's, in the order of the ids."""
    rows = Message.objects.filter(pk__in=ids, claimed_by=worker, status=MessageStatus.SENDING).values_list(*COLUMNS)
    found = {row[0]: Claimed(*row) for row in rows}
    return [found[pk] for pk in ids if pk in found]


def letters_of(rows: Sequence[Claimed], channel: Channel, *, now: datetime) -> dict[int, Letter]:
    """Render the messages and keep their words. One that cannot be rendered gets its `problem` and no letter."""
    ready = {} if not channel.needs_words else _words_there([row.pk for row in rows])
    letters = {}
    for row in rows:
        text, html = ready.get(row.pk, ("", ""))
        if channel.needs_words and not (text or html):
            try:
                text, html = render(kind=row.kind, subject=row.subject, data=row.data, name=row.name)
            except Exception as problem:
                log.exception("a message cannot be rendered", extra={"message_id": row.pk})
                row.problem = f"It could not be written: {problem}."
                continue
        token = token_of(row.pk, row.created_at)
        letters[row.pk] = Letter(row.pk, token, row.user_id, row.address, row.name, row.subject, text, html, now)
    if channel.needs_words:
        _keep_words([letter for pk, letter in letters.items() if pk not in ready])
    return letters


def _words_there(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    return {
        pk: (text, html) for pk, text, html in MessageBody.objects.filter(pk__in=ids).values_list("pk", "text", "html")
    }


def _keep_words(letters: Sequence[Letter]) -> None:
    MessageBody.objects.bulk_create(
        [MessageBody(message_id=letter.message_id, text=letter.text, html=letter.html) for letter in letters],
        ignore_conflicts=True,
    )
