"""Whether the messages can be written and leave: templates in the languages of the contacts, WhatsApp's approval, and a
provider for each channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Count

from automation.checks.shape import Check
from automation.definition.whole import Definition
from automation.steps.send import Send
from crm.languages import language_name
from crm.models import Contact
from messaging.contact_facts import provider_chosen
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.models import Approval, MessageTemplate
from messaging.templating.missing import required_of

#: A language counts from so many of a hundred contacts.
WORTH = 5
MOST_LANGUAGES = 4


def messages(definition: Definition) -> list[Check]:
    """What is to be said about the steps that write to contacts; four queries at most."""
    sends = [step for step in definition.steps if isinstance(step, Send)]
    ids = {pk for step in sends if (pk := getattr(step, "template", None)) is not None}
    templates = {
        one.pk: one
        for one in MessageTemplate.objects.filter(pk__in=ids, archived_at__isnull=True).prefetch_related("variants")
    }
    if not sends:
        return []
    spoken = _spoken() if templates else {}
    found: list[Check] = []
    silent: dict[str, str] = {}
    for step in sends:
        one = templates.get(getattr(step, "template", None) or 0)
        channel = step.channel or (one.channel if one else "")
        if channel and not provider_chosen(channel):
            silent.setdefault(channel, step.id)
        if one is not None:
            found += _template(step.id, one, spoken)
    for channel, step_id in silent.items():
        name = CHANNEL_NAMES.get(channel, channel)
        found.append(Check("providers", "stop", f"Nothing can leave by {name}: no provider for it is set up.", step_id))
    if templates and not found:
        said = _and([language_name(tag) for tag in _everywhere(templates)])
        found.append(Check("templates", "ok", f"Templates complete{f' in {said}' if said else ''}"))
    return found


def _template(step: str, one: MessageTemplate, spoken: Mapping[str, int]) -> list[Check]:
    variants = list(one.variants.all())
    found = []
    if not any(variant.text or variant.blocks for variant in variants):
        found.append(Check("templates", "stop", f"The template “{one.name}” has no words yet.", step, "template"))
    if one.channel == "whatsapp" and one.whatsapp_state != Approval.APPROVED:
        state = Approval(one.whatsapp_state).label.lower()
        level = "stop" if one.whatsapp_state == Approval.REJECTED else "warn"
        said = f"WhatsApp has not approved “{one.name}” ({state}): it only reaches people who wrote within 24 hours."
        found.append(Check("templates", level, said, step, "template"))  # type: ignore[arg-type]
    has = {_language(variant.language) for variant in variants}
    lacking = [tag for tag in spoken if tag not in has]
    if lacking and has:
        own = language_name(one.language)
        names = _and([language_name(tag) for tag in lacking])
        said = f"“{one.name}” has no words in {names}; those people get it in {own}."
        found.append(Check("languages", "warn", said, step, "template"))
    needed = sorted({name for variant in variants for name in required_of(variant)})
    if needed:
        fields = _and([f"{{{{ {name} }}}}" for name in needed[:3]])
        said = f"“{one.name}” is not written for people without {fields}: give {'them' if needed[1:] else 'it'} a word after |."
        found.append(Check("fields", "warn", said, step, "template"))
    return found


def _spoken() -> dict[str, int]:
    """The languages that a fair part of the contacts speak, most first."""
    rows = Contact.objects.alive().exclude(language="").values("language").annotate(number=Count("pk")).order_by()
    number: dict[str, int] = defaultdict(int)
    for row in rows:
        number[_language(row["language"])] += row["number"]
    least = sum(number.values()) * WORTH / 100
    common = sorted((tag for tag in number if number[tag] >= least), key=lambda tag: (-number[tag], tag))
    return {tag: number[tag] for tag in common[:MOST_LANGUAGES]}


def _everywhere(templates: Mapping[int, MessageTemplate]) -> list[str]:
    """The languages that all of them have."""
    sets = [{_language(variant.language) for variant in one.variants.all()} for one in templates.values()]
    return sorted(set.intersection(*sets)) if sets else []


def _language(tag: str) -> str:
    return tag.split("-")[0].lower()


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
