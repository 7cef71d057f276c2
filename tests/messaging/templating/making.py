"""Templates for tests."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from messaging.claimed import Claimed
from messaging.models import MessageTemplate, TemplateVariant
from tests.factories import NOW

_number = count(1)


def template(channel: str = "email", *, language: str = "en", now: datetime = NOW, **words: Any) -> MessageTemplate:
    """Store a template with words in its own language; `others` maps further languages to theirs."""
    others: dict[str, dict[str, Any]] = words.pop("others", {})
    kept = {name: words.pop(name) for name in ("name", "topic", "whatsapp_sid", "whatsapp_state") if name in words}
    kept.setdefault("name", f"Template {next(_number)}")
    made = MessageTemplate.objects.create(channel=channel, language=language, created_at=now, updated_at=now, **kept)
    for tag, said in {language: words, **others}.items():
        TemplateVariant.objects.create(template=made, language=tag, **said)
    return made


def claimed(contact_id: int | None, *, channel: str = "email", pk: int = 0, **fields: Any) -> Claimed:
    """A message as the delivery has taken it."""
    plain = {"kind": "message", "user_id": None, "subject": "", "data": {}, "expires_at": None, "attempts": 1}
    return Claimed(pk=pk or next(_number), channel=channel, contact_id=contact_id, created_at=NOW, **(plain | fields))
