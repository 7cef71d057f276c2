"""Reads one mail: takes it apart, says what it is and which rule decided, and cuts the new text out."""

from __future__ import annotations

import logging
from datetime import date

from .automatic import automatic, is_automatic, loops
from .bounces import bounce
from .charsets import decoded
from .complaints import complaint
from .contents import contents
from .header_fields import address, addresses, message_ids, when, words
from .languages import language_of
from .mime_parts import MAX_TEXT, Part, take_apart
from .shape import PERSON, UNKNOWN, UNSUBSCRIBE, MailRead
from .trimming import trimmed
from .unsubscribing import asks_to_stop
from .verdicts import Verdict

logger = logging.getLogger(__name__)

_TO_FIELDS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "apparently-to")


def read_mail(raw: bytes, *, today: date | None = None) -> MailRead:
    """Read one raw mail (RFC 5322). Never raises; what is odd about the mail is said in `problem`.

    `today` is the day against which a return date without a year is read; without it, the mail's own date is.
    """
    try:
        return _read(raw, today)
    except Exception as problem:
        # One mail must never stop the mailbox: it is set aside with what went wrong, for a person to look at.
        logger.exception("A mail could not be read")
        return _set_aside(raw, f"could not be read ({type(problem).__name__})")


def _set_aside(raw: bytes, problem: str) -> MailRead:
    return MailRead(
        kind=UNKNOWN,
        rule="Could not be read",
        sender="",
        sender_name="",
        to=(),
        subject="",
        text=decoded(raw[:MAX_TEXT]),
        html="",
        reply_text="",
        quoted_text="",
        language="",
        date=None,
        message_id="",
        in_reply_to=(),
        references=(),
        bounces=(),
        returns_on=None,
        attachments=(),
        problem=problem,
        auto_submitted=False,
        loops=True,
    )


def _read(raw: bytes, today: date | None) -> MailRead:
    mail = take_apart(raw)
    found = contents(mail)
    text = found.text
    html = "\n".join(found.html)
    subject = words(mail.get("subject"))
    sent = when(mail.get("date"))
    name, sender = _sender(mail)
    reply = trimmed(text, html, plain=bool("".join(found.plain).strip()))
    verdict = (
        complaint(mail, text)
        or bounce(mail, text)
        or _by_a_button(mail, subject)
        or automatic(mail, subject, reply.new, today=today or (sent.date() if sent else None))
        or _by_a_person(mail, subject, reply.new, sender)
    )
    problems = list(dict.fromkeys(found.problems))
    if not sender:
        problems.append("no sender that can be read")
    if not text.strip():
        problems.append("no text")
    return MailRead(
        kind=verdict.kind,
        rule=verdict.rule,
        sender=sender,
        sender_name=name,
        to=_recipients(mail),
        subject=subject,
        text=text,
        html=html,
        reply_text=reply.new,
        quoted_text=reply.quoted,
        language=language_of(reply.new or subject, subject),
        date=sent,
        message_id=next(iter(message_ids(mail.get("message-id"))), ""),
        in_reply_to=message_ids(mail.get("in-reply-to")),
        references=message_ids(" ".join(mail.all("references"))),
        bounces=verdict.bounces,
        returns_on=verdict.returns_on,
        attachments=tuple(found.attachments),
        problem="; ".join(problems),
        auto_submitted=is_automatic(mail),
        loops=loops(mail),
        about_recipient=verdict.about_recipient,
        about_message_id=verdict.about_message_id,
    )


def _sender(mail: Part) -> tuple[str, str]:
    for field in ("from", "reply-to", "sender", "return-path", "x-sender"):
        for value in mail.all(field):
            if found := addresses(value):
                return found[0]
    return words(mail.get("from"))[:200], ""


def _recipients(mail: Part) -> tuple[str, ...]:
    found = [one for field in _TO_FIELDS for value in mail.all(field)[:50] for _, one in addresses(value)]
    return tuple(dict.fromkeys(one for one in found if address(one)))


def _by_a_button(mail: Part, subject: str) -> Verdict | None:
    """A mail program sent what the address in our List-Unsubscribe field asks for (RFC 2369)."""
    if mail.get("x-apple-unsubscribe").strip().lower() == "true":
        return Verdict(UNSUBSCRIBE, "X-Apple-Unsubscribe: true")
    if subject.strip().lower() == "unsubscribe" and not mail.get("in-reply-to") and not is_automatic(mail):
        return Verdict(UNSUBSCRIBE, "RFC 2369 mail to unsubscribe")
    return None


def _by_a_person(mail: Part, subject: str, new: str, sender: str) -> Verdict:
    rule = asks_to_stop(subject, new)
    if rule:
        return Verdict(UNSUBSCRIBE, rule)
    if not sender and not mail.get("subject"):
        return Verdict(UNKNOWN, "No sender and no subject")
    if not new.strip() and not subject.strip() and not mail.parts:
        return Verdict(UNKNOWN, "Nothing written")
    return Verdict(PERSON, "No sign of a machine")
