"""Which mail of theirs a mail of ours answers, so that their mail program shows it beneath (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re

from messaging.models import Message
from messaging.templating.fields import unbraced

_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|ref|rif|odp|ynt|r|回复|答复|fwd?|wg|tr)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)


def plain_subject(subject: str) -> str:
    """The subject without "Re:" and its sisters in other languages, in lower case, braces as an answer has them."""
    return " ".join(_PREFIX.sub("", unbraced(subject)).lower().split())


def answer_marks(contact_id: int, subject: str) -> dict[str, str]:
    """The facts that make a mail with this subject an answer to the contact's last mail of that subject; one query.

    Empty where there is none: a new subject is a new talk.
    """
    wanted = plain_subject(subject)
    theirs = Message.objects.filter(contact_id=contact_id, channel="email", direction="in").order_by("-pk")
    for said, data in theirs.values_list("subject", "data")[:5]:
        if data.get("message_id") and data.get("classified") == "person" and plain_subject(said) == wanted:
            before = " ".join(f"<{one}>" for one in data.get("references") or ())
            return {"in_reply_to": f"<{data['message_id']}>", "references": before}
    return {}
