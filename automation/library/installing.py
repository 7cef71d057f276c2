"""Putting an entry of the library into an installation: its words, what it refers to, and a draft ready to switch on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify

from automation.library.shape import Entry, Words
from automation.models import Automation
from automation.publishing import create
from crm.audiences.making import make_audience
from crm.models import Audience, Pipeline, Stage, Tag, Team
from crm.models.audience import AudienceKind
from followups.catalogue import add_outcome
from followups.models import FollowUpTemplate, Outcome
from messaging.models import MessageTemplate
from messaging.templating.catalogue import Label, make
from messaging.templating.checking import Draft

if TYPE_CHECKING:
    from crm.models import User


class Installation:
    """The place that an entry's definition asks."""

    def __init__(self, entry: Entry, *, by: User | None, now: datetime) -> None:
        """Know the entry's own words."""
        self.words = {(one.name, one.channel): one for one in entry.words}
        self.by, self.now = by, now

    def template(self, name: str, channel: str = "email") -> int | None:
        there = MessageTemplate.objects.filter(name=name, channel=channel, archived_at__isnull=True).first()
        if there is not None:
            return there.pk
        words = self.words.get((name, channel))
        return make(_label(words), _drafts(words), by=self.by, now=self.now).pk if words else None

    def tag(self, name: str) -> int:
        there = Tag.objects.filter(name__iexact=name).first()
        return (there or Tag.objects.create(name=name, slug=slugify(name))).pk

    def stage(self, name: str) -> int | None:
        pipeline = Pipeline.objects.filter(archived_at__isnull=True).order_by("position", "pk").first()
        there = Stage.objects.filter(pipeline=pipeline, name__iexact=name).first() if pipeline else None
        return there.pk if there else None

    def followup_template(self, name: str) -> int | None:
        there = FollowUpTemplate.objects.filter(name=name, archived_at__isnull=True).first()
        return there.pk if there else None

    def team(self, name: str) -> int | None:
        there = Team.objects.filter(name__iexact=name).order_by("pk").first()
        return there.pk if there else None

    def audience(self, name: str) -> int:
        there = Audience.objects.alive().filter(name__iexact=name, kind=AudienceKind.STATIC).first()
        return (there or make_audience(name=name, kind=AudienceKind.STATIC, by=self.by, now=self.now)).pk

    def outcome(self, slug: str, label: str = "", sense: str = "neutral") -> str:
        if label and not Outcome.objects.filter(slug=slug).exists():
            return add_outcome({"label": label, "sense": sense}).slug
        return slug

    def automation(self, slug: str) -> int | None:
        there = Automation.objects.alive().filter(library=slug).order_by("-pk").first()
        return there.pk if there else None


def install(entry: Entry, *, by: User | None, now: datetime) -> Automation:
    """Make a draft of the entry, with the message templates and tags that it needs. Nobody enters until it is switched
    on. Installed again it makes another one, with the templates that are there."""
    with transaction.atomic():
        place = Installation(entry, by=by, now=now)
        made = create(name=_free_name(entry.name), definition=entry.definition(place), by=by, now=now, kind=entry.kind)
        Automation.objects.filter(pk=made.pk).update(library=entry.slug, description=entry.story)
        made.refresh_from_db()
    return made


def _free_name(name: str) -> str:
    taken = set(Automation.objects.alive().filter(name__startswith=name).values_list("name", flat=True))
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found


def _label(words: Words) -> Label:
    return Label(words.name, words.channel, topic=words.topic)


def _drafts(words: Words) -> list[Draft]:
    drafts = [_draft("en", words.channel, words.subject, words.text)]
    if words.text_es:
        drafts.append(_draft("es", words.channel, words.subject_es, words.text_es))
    return drafts


def _draft(language: str, channel: str, subject: str, text: str) -> Draft:
    if channel != "email":
        return Draft(language, text=text)
    foot = {"kind": "footer", "text": "{{ organisation.name }}"}
    return Draft(language, subject, blocks=[{"kind": "text", "text": text}, foot])
