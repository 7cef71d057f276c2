"""Templates made, changed, copied and put away: one verb each, undoable where something goes out of sight (C3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.db.models import F

from crm.custom_fields import own_fields
from crm.models.consent import Topic
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember
from messaging.models import Approval, MessageTemplate, TemplateVariant
from messaging.templating.checking import CHANNELS, TOPICS, BadTemplate, Checked, Draft, checked, language_tag

if TYPE_CHECKING:
    from crm.models import User

KIND = "message_templates"


class Stale(ValueError):
    """Somebody else has changed the template since it was read."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is said of a template as a whole."""

    name: str
    channel: str
    topic: str = Topic.SERVICE
    language: str = "en"
    whatsapp_sid: str = ""
    whatsapp_state: str = Approval.NONE


def own_slugs() -> frozenset[str]:
    """The organisation's own fields that words may use."""
    return frozenset(own_fields())


def make(label: Label, drafts: Sequence[Draft], *, by: User | None, now: datetime) -> MessageTemplate:
    """Store a template with its words. Raises BadTemplate."""
    known = _labelled(label)
    variants = _variants(drafts, label.channel, known["language"])
    with _named(label.name), transaction.atomic():
        made = MessageTemplate.objects.create(**known, created_by=by, created_at=now, updated_at=now)
        TemplateVariant.objects.bulk_create([_row(made.pk, one) for one in variants])
    return made


def change(
    templates: models.QuerySet[MessageTemplate],
    *,
    label: Label | None = None,
    drafts: Sequence[Draft] = (),
    version: int | None = None,
    now: datetime,
) -> MessageTemplate:
    """Change the one template in the set: what is said of it, and the words in the languages given.

    Messages that have not left yet go out with the new words. Its channel stays. Raises BadTemplate, Stale.
    """
    with transaction.atomic():
        found = templates.select_for_update().get()
        if version is not None and found.version != version:
            raise Stale("Somebody else has changed this template meanwhile.")
        known = _labelled(label, kept=found) if label is not None else {"language": found.language}
        variants = _variants(drafts, found.channel, "")
        there = set(found.variants.values_list("language", flat=True)) | {one.language for one in variants}
        if known["language"] not in there:
            raise BadTemplate({"language": "There are no words in this language yet."})
        with _named(label.name if label else ""), transaction.atomic():
            MessageTemplate.objects.filter(pk=found.pk).update(**known, updated_at=now, version=F("version") + 1)
        TemplateVariant.objects.bulk_create(
            [_row(found.pk, one) for one in variants],
            update_conflicts=True,
            unique_fields=["template", "language"],
            update_fields=["subject", "text", "blocks", "html", "media"],
        )
        found.refresh_from_db()
    return found


def drop_language(templates: models.QuerySet[MessageTemplate], language: str, *, now: datetime) -> None:
    """Take the words in one language away from the one template in the set. Raises BadTemplate for its own language."""
    with transaction.atomic():
        found = templates.select_for_update().get()
        if found.language == language:
            raise BadTemplate({"language": "This is the language of the template itself; make another its own first."})
        if found.variants.filter(language=language).delete()[0]:
            MessageTemplate.objects.filter(pk=found.pk).update(updated_at=now, version=F("version") + 1)


def duplicate(template: MessageTemplate, *, by: User, now: datetime) -> MessageTemplate:
    """A copy under a free name. WhatsApp has not approved it."""
    taken = set(
        MessageTemplate.objects.filter(channel=template.channel, archived_at__isnull=True).values_list(
            "name", flat=True
        )
    )
    start = f"{template.name[:180]} (copy"
    name = next(one for n in range(1, 10_000) if (one := f"{start})" if n == 1 else f"{start} {n})") not in taken)
    with transaction.atomic():
        made = MessageTemplate.objects.create(
            name=name, channel=template.channel, topic=template.topic, language=template.language,
            created_by=by, created_at=now, updated_at=now,
        )  # fmt: skip
        rows = template.variants.values("language", "subject", "text", "blocks", "html", "media")
        TemplateVariant.objects.bulk_create([TemplateVariant(template=made, **row) for row in rows])
    return made


def archive(templates: models.QuerySet[MessageTemplate], *, by: User, now: datetime) -> Result:
    """Put templates away: nobody is offered them, what was written with them still goes out. Undoable."""
    with transaction.atomic():
        rows = list(templates.filter(archived_at__isnull=True).select_for_update().order_by("pk"))
        done = [row.pk for row in rows]
        result = Result(done=done)
        if done:
            MessageTemplate.objects.filter(pk__in=done).update(archived_at=now, version=F("version") + 1)
            label = f"Put “{rows[0].name}” away" if len(done) == 1 else f"Put {len(done)} templates away"
            result.undo_id = remember(user=by, label=label, kind=KIND, payload={"ids": done}, now=now)
    return result


def bring_back(templates: models.QuerySet[MessageTemplate]) -> list[int]:
    """Take templates into use again; one whose name was taken meanwhile gets a number. Returns their ids."""
    done = []
    with transaction.atomic():
        for row in templates.filter(archived_at__isnull=False).select_for_update().order_by("pk"):
            taken = set(
                MessageTemplate.objects.filter(channel=row.channel, archived_at__isnull=True).values_list(
                    "name", flat=True
                )
            )
            names = [row.name, *(f"{row.name[:190]} ({n})" for n in range(2, 1000))]
            row.name = next(one for one in names if one not in taken)
            row.archived_at = None
            row.version += 1
            row.save(update_fields=["name", "archived_at", "version"])
            done.append(row.pk)
    return done


def take_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Undo putting away."""
    return UndoResult(done=bring_back(MessageTemplate.objects.filter(pk__in=payload["ids"])))


def register() -> None:
    """Make undoing and the audit trail know templates."""
    from crm.audit import Audited, register_audited

    register_undoer(KIND, take_back)
    register_audited("message_template", Audited("Message template", MessageTemplate, str, "/templates/{}/"))
    register_audited(
        "template_words",
        Audited("Words of a template", TemplateVariant, lambda row: f"Template {row.template_id}, {row.language}"),
    )


def _labelled(label: Label, kept: MessageTemplate | None = None) -> dict[str, Any]:
    problems: dict[str, str] = {}
    name = " ".join(label.name.replace("\x00", "").split())
    if not name or len(name) > 200:
        problems["name"] = "It needs a name." if not name else "The name is too long: 200 letters are the most."
    if label.channel not in CHANNELS:
        problems["channel"] = f"Choose one of: {', '.join(CHANNELS)}."
    elif kept is not None and label.channel != kept.channel:
        problems["channel"] = "A template stays on its channel. Make a copy in words for another."
    if label.topic not in TOPICS:
        problems["topic"] = f"Choose one of: {', '.join(TOPICS)}."
    language = language_tag(label.language)
    if not language:
        problems["language"] = "Write the language as a tag like en, es or pt-BR."
    sid = label.whatsapp_sid.strip()
    if sid and (not sid.isascii() or not sid.isalnum() or len(sid) > 64):
        problems["whatsapp_sid"] = "A content SID is letters and digits, like HX followed by 32 of them."
    if label.whatsapp_state not in Approval.values:
        problems["whatsapp_state"] = f"Choose one of: {', '.join(Approval.values)}."
    elif label.whatsapp_state == Approval.APPROVED and not sid and label.channel == "whatsapp":
        problems["whatsapp_sid"] = "An approved template has a content SID."
    if problems:
        raise BadTemplate(problems)
    plain = {"name": name, "channel": label.channel, "topic": label.topic, "language": language}
    if label.channel != "whatsapp":
        return plain | {"whatsapp_sid": "", "whatsapp_state": Approval.NONE}
    return plain | {"whatsapp_sid": sid, "whatsapp_state": label.whatsapp_state}


def _variants(drafts: Sequence[Draft], channel: str, own_language: str) -> list[Checked]:
    """The words checked; `own_language`, where given, must be among them."""
    own = own_slugs()
    variants = [checked(one, channel=channel, own=own) for one in drafts]
    tags = [one.language for one in variants]
    if len(set(tags)) < len(tags):
        raise BadTemplate({"language": "There are words in the same language twice."})
    if own_language and own_language not in tags:
        raise BadTemplate({"language": "There are no words in the template’s own language."})
    return variants


def _row(template_id: int, one: Checked) -> TemplateVariant:
    return TemplateVariant(
        template_id=template_id, language=one.language, subject=one.subject, text=one.text, blocks=one.blocks,
        html=one.html, media=one.media,
    )  # fmt: skip


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Turn the database's refusal of a second template of a name into a sentence."""
    try:
        yield
    except IntegrityError as problem:
        if "template_name_once" not in str(problem):
            raise
        raise BadTemplate({"name": f"There is a template “{name}” on this channel already."}) from problem


def plain(template: MessageTemplate) -> Mapping[str, Any]:
    """A template as a label, for forms and the API to change one thing of."""
    names = ("name", "channel", "topic", "language", "whatsapp_sid", "whatsapp_state")
    return {name: getattr(template, name) for name in names}
