"""Whether words may become a template, and what is kept of them: fields known, the right parts for the channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.models.consent import Topic
from messaging.outbox import one_line
from messaging.templating import media
from messaging.templating.block_mail import mail_html, mail_text
from messaging.templating.blocks import BadBlocks, Block, dumped, read_blocks, words_in
from messaging.templating.fields import check, typical
from messaging.templating.segments import segments

#: The channels on which contacts are written to.
CHANNELS = ("email", "sms", "whatsapp")
#: What a message may be about: one thing that a contact may refuse apart.
TOPICS: dict[str, str] = {value: str(label) for value, label in Topic.choices if value != Topic.ALL}
LONGEST_MAIL = 60_000  # letters typed into one mail; mail clients cut off what grows past 100 KB
LONGEST_TEXT = 1600  # letters in a body that Twilio takes for SMS and WhatsApp (its error 21617)
MOST_SEGMENTS = 10
TOO_LONG = f"It is too long: {LONGEST_MAIL:,} letters are the most in one mail."
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?")  # BCP 47: language, script, region


class BadTemplate(ValueError):
    """A template that cannot be stored: a sentence for each field, blocks as "blocks.2.text" (from 0)."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True, slots=True)
class Draft:
    """Words in one language as somebody typed them. Blocks are plain dictionaries."""

    language: str
    subject: str = ""
    text: str = ""
    blocks: Sequence[Any] = ()
    media: Sequence[str] = ()


@dataclass(slots=True)
class Checked:
    """The same as it is stored."""

    language: str
    subject: str = ""
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    html: str = ""
    media: list[str] = field(default_factory=list)


def checked(draft: Draft, *, channel: str, own: frozenset[str] | None) -> Checked:
    """The words ready to be stored; `own` are the slugs of the organisation's own fields. Raises BadTemplate."""
    problems: dict[str, str] = {}
    language = language_tag(draft.language)
    if not language:
        problems["language"] = "Write the language as a tag like en, es or pt-BR."
    made = Checked(language, media=[one.strip() for one in draft.media if one.strip()])
    made.text = draft.text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if channel == "email":
        _mail(draft, made, own, problems)
    else:
        _short(made, channel, own, problems)
    if said := media.check(channel, made.media):
        problems["media"] = said
    if problems:
        raise BadTemplate(problems)
    return made


def language_tag(typed: str) -> str:
    """The tag in its usual form, empty where it is none.

    >>> language_tag("pt_br")
    'pt-BR'
    """
    tag = typed.strip().replace("_", "-")
    if not _TAG.fullmatch(tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(one.title() if len(one) == 4 else one.upper() for one in rest)])


def _mail(draft: Draft, made: Checked, own: frozenset[str] | None, problems: dict[str, str]) -> None:
    made.subject = one_line(draft.subject).strip()
    if not made.subject:
        problems["subject"] = "A mail needs a subject."
    _fields("subject", made.subject, own, problems)
    if not draft.blocks:
        if not made.text or len(made.text) > LONGEST_MAIL:
            problems["text"] = TOO_LONG if made.text else "Write what it says."
            return
        _fields("text", made.text, own, problems)
        return
    try:
        blocks = read_blocks(draft.blocks)
    except BadBlocks as refused:
        problems |= {f"blocks.{number}.{name}".rstrip("."): said for (number, name), said in refused.problems.items()}
        return
    if sum(len(said) for block in blocks for _, said in words_in(block)) > LONGEST_MAIL:
        problems["blocks"] = TOO_LONG
        return
    for number, block in enumerate(blocks):
        for name, said in words_in(block):
            _fields(f"blocks.{number}.{name}", said, own, problems)
    if not problems:
        made.blocks, made.text = dumped(blocks), mail_text(blocks)
        made.html = _built(blocks, made)


def _built(blocks: Sequence[Block], made: Checked) -> str:
    return mail_html(blocks, subject=made.subject, language=made.language)


def _short(made: Checked, channel: str, own: frozenset[str] | None, problems: dict[str, str]) -> None:
    if not made.text:
        problems["text"] = "Write what it says."
    elif len(made.text) > LONGEST_TEXT:
        problems["text"] = f"It has {len(made.text)} letters; {LONGEST_TEXT} are the most."
    elif channel == "sms" and (parts := segments(typical(made.text)).segments) > MOST_SEGMENTS:
        problems["text"] = f"It would be sent in {parts} parts; {MOST_SEGMENTS} are the most."
    else:
        _fields("text", made.text, own, problems)


def _fields(name: str, words: str, own: frozenset[str] | None, problems: dict[str, str]) -> None:
    if found := check(words, own):
        problems.setdefault(name, " ".join(found[:3]))
