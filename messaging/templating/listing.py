"""The list of templates: what there is by channel and topic, and how often each is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from messaging.models import Approval, MessageChannel, MessageTemplate
from messaging.templating.checking import CHANNELS, TOPICS
from messaging.templating.choosing_templates import Usage, usage

#: How a template's approval is drawn.
TONES = {Approval.APPROVED: "good", Approval.PENDING: "warn", Approval.REJECTED: "danger"}
LABELS = {one: MessageChannel(one).label for one in CHANNELS}
ICONS = {"email": "mail", "sms": "smartphone", "whatsapp": "message-circle"}
MOST = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: int
    name: str
    begins: str
    channel: str
    icon: str
    topic: str
    languages: list[str]
    usage: Usage
    approval: str
    tone: str
    archived: bool


def narrowed_by(given: Mapping[str, str]) -> dict[str, str]:
    """What the address narrows to; nonsense is left out."""
    wanted = {}
    if given.get("channel", "") in CHANNELS:
        wanted["channel"] = given["channel"]
    if given.get("topic", "") in TOPICS:
        wanted["topic"] = given["topic"]
    if given.get("archived") == "1":
        wanted["archived"] = "1"
    return wanted


def listed(templates: QuerySet[MessageTemplate], wanted: Mapping[str, str]) -> list[Row]:
    """The templates by channel and name, in three queries."""
    exact: dict[str, Any] = {name: wanted[name] for name in ("channel", "topic") if name in wanted}
    found = list(
        templates.filter(**exact, archived_at__isnull="archived" not in wanted)
        .order_by("channel", "name", "pk")
        .prefetch_related("variants")[:MOST]
    )
    used = usage([one.pk for one in found])
    return [_row(one, used[one.pk]) for one in found]


def counts(templates: QuerySet[MessageTemplate]) -> dict[str, int]:
    """How many are in use by channel."""
    rows = templates.filter(archived_at__isnull=True).values_list("channel").annotate(number=Count("pk")).order_by()
    return dict(rows)


def _row(one: MessageTemplate, used: Usage) -> Row:
    words = {variant.language: variant for variant in one.variants.all()}
    own = words.get(one.language) or next(iter(words.values()), None)
    shown = Approval(one.whatsapp_state) if one.channel == "whatsapp" else None
    return Row(
        id=one.pk,
        name=one.name,
        begins=(own.subject or " ".join(own.text.split())[:120]) if own else "",
        channel=LABELS.get(one.channel, one.channel),
        icon=ICONS.get(one.channel, "mail"),
        topic=TOPICS.get(one.topic, one.topic),
        languages=sorted(words),
        usage=used,
        approval=str(shown.label) if shown else "",
        tone=TONES.get(shown, "") if shown else "",
        archived=one.archived_at is not None,
    )
