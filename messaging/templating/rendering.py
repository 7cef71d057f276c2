"""From claimed messages to contacts to the words that leave: the template in the contact's language, its fields filled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from django.conf import settings

from crm.models.consent import Topic
from messaging.claimed import Claimed
from messaging.models import Approval, MessageBody, TemplateVariant
from messaging.outbox import one_line
from messaging.templating.fields import BadWords, CannotFill, Field, Words, fill, parse, parse_html
from messaging.templating.plain_letters import letter_html
from messaging.templating.values import Facts, Values, read_facts
from messaging.templating.variants import choose
from messaging.tracking.tokens import unsubscribe_token


@dataclass(frozen=True, slots=True)
class Writing:
    """The words of one message. With a `problem`, a sentence, there are none, and it must not leave.

    `template_sid` and `variables` are WhatsApp's: an approved template and what stands in its places.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    template_sid: str = ""
    media: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A template's words in one language, as they are stored. `sid` is set where WhatsApp has approved these words."""

    language: str
    subject: str
    text: str
    html: str
    media: tuple[str, ...]
    sid: str = ""


@dataclass(slots=True)
class Shelf:
    """A template with all its languages."""

    language: str
    variants: dict[str, Variant] = field(default_factory=dict)

    def variant(self, language: str) -> Variant:
        """The words for a contact of this language; an approved WhatsApp template has one language, its own."""
        own = self.variants.get(self.language)
        if own is not None and own.sid:
            return own
        return self.variants[choose(language, self.variants, self.language)]


def written_for_contacts(rows: Sequence[Claimed], *, now: datetime) -> dict[int, Writing]:
    """The words of each message, by its id; five queries whatever the number.

    Words that the message already has are kept (their fields filled), else `data["text"]` and `data["html"]`, else
    its template. Only what WhatsApp has approved always comes from the template: it lets nothing else through. What
    cannot be filled whole has a problem instead of words.
    """
    shelves = read_shelves({row.template_id for row in rows if row.template_id})
    ready = _words_there([row.pk for row in rows])
    facts = read_facts(
        {row.contact_id for row in rows if row.contact_id}, {row.author_id for row in rows if row.author_id}, now=now
    )
    return {row.pk: _written(row, shelves, ready.get(row.pk), facts) for row in rows}


def read_shelves(template_ids: Collection[int]) -> dict[int, Shelf]:
    """The templates with their words, by id; one query."""
    shelves: dict[int, Shelf] = {}
    for pk, own, sid, state, language, subject, text, html, media in TemplateVariant.objects.filter(
        template__in=template_ids
    ).values_list(
        "template_id", "template__language", "template__whatsapp_sid", "template__whatsapp_state",
        "language", "subject", "text", "html", "media",
    ):  # fmt: skip
        approved = sid if state == Approval.APPROVED and language == own else ""
        shelf = shelves.setdefault(pk, Shelf(own))
        shelf.variants[language] = Variant(language, subject, text, html, tuple(media), approved)
    return shelves


def written(variant: Variant, values: Values, *, channel: str, subject: str = "") -> Writing:
    """Fill the words. Raises BadWords and CannotFill."""
    values.language = variant.language or values.language
    text = fill(parse(variant.text), values)
    if channel == "whatsapp" and variant.sid:
        return Writing("", text, "", numbered(parse(variant.text), values), variant.sid, variant.media)
    if channel != "email":
        return Writing("", text, "", media=variant.media)
    line = one_line(fill(parse(variant.subject or subject), values)) or f"A message from {values['organisation.name']}"
    html = fill(parse_html(variant.html), values) if variant.html else letter_html(text, language=variant.language)
    return Writing(line, text, html, media=variant.media)


def numbered(words: Words, values: Mapping[str, str]) -> dict[str, str]:
    """What stands in the places {{1}}, {{2}} of a WhatsApp template: its fields in the order of their first use.

    WhatsApp refuses line breaks, tabs and more than four blanks in a row inside a place.
    """
    return {
        str(number): " ".join(fill(Words((one,), (one,)), values).split())
        for number, one in enumerate(places(words), 1)
    }


def places(words: Words) -> list[Field]:
    """The fields of a WhatsApp template by their number, the first at 0."""
    return list({(one.name, one.fallback): one for one in words.fields}.values())


def _written(row: Claimed, shelves: Mapping[int, Shelf], ready: Variant | None, facts: Facts) -> Writing:
    values = facts.values(row.contact_id, row.author_id, row.data, partial(_way_out, row))
    free = ready or Variant("", "", str(row.data.get("text") or ""), str(row.data.get("html") or ""), ())
    shelf = shelves.get(row.template_id or 0)
    about = facts.contacts.get(row.contact_id or 0)
    variant = shelf.variant(about.language if about else "") if shelf else None
    try:
        if variant is not None and ((row.channel == "whatsapp" and variant.sid) or not (free.text or free.html)):
            made = written(variant, values, channel=row.channel, subject=row.subject)
        elif free.text or free.html:
            words = replace(free, media=variant.media) if variant else free
            made = written(words, values, channel=row.channel, subject=row.subject)
        else:
            return Writing(problem="Its template has no words." if row.template_id else "It has no words.")
    except (BadWords, CannotFill) as problem:
        return Writing(problem=str(problem))
    return replace(made, media=(*made.media, *row.media)) if row.media else made


def _way_out(row: Claimed) -> str:
    if row.contact_id is None:
        return ""
    return f"{settings.SITE_URL}/t/u/{unsubscribe_token(row.contact_id, row.channel, row.topic or Topic.ALL, row.pk)}"


def _words_there(ids: Sequence[int]) -> dict[int, Variant]:
    rows = MessageBody.objects.filter(pk__in=ids).values_list("pk", "text", "html")
    return {pk: Variant("", "", text, html, ()) for pk, text, html in rows if text or html}
