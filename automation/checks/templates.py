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
from messaging.templating.rendering import Shelf, Variant, read_shelves

#: A language counts from so many of a hundred contacts.
WORTH = 5
MOST_LANGUAGES = 4
#: Fields that we fill ourselves.
OURS = ("organisation.", "sender.", "owner.", "unsubscribe")


def messages(definition: Definition) -> list[Check]:
    """What is to be said about the steps that write to contacts; three queries at most."""
    sends = [step for step in definition.steps if isinstance(step, Send)]
    ids = {pk for step in sends if (pk := getattr(step, "template", None)) is not None}
    templates = MessageTemplate.objects.filter(archived_at__isnull=True).in_bulk(ids)
    shelves = read_shelves(templates)
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
            found += _template(step.id, one, _words(one, shelves), spoken)
    for channel, step_id in silent.items():
        name = CHANNEL_NAMES.get(channel, channel)
        found.append(Check("providers", "stop", f"Nothing can leave by {name}: no provider for it is set up.", step_id))
    if templates and not found:
        sets = [{_language(tag) for tag in _words(one, shelves)} for one in templates.values()]
        said = _and([language_name(tag) for tag in sorted(set.intersection(*sets))])
        found.append(Check("templates", "ok", f"Templates complete{f' in {said}' if said else ''}"))
    return found


def _words(one: MessageTemplate, shelves: Mapping[int, Shelf]) -> Mapping[str, Variant]:
    return shelves[one.pk].variants if one.pk in shelves else {}


def _template(
    step: str, one: MessageTemplate, variants: Mapping[str, Variant], spoken: Mapping[str, int]
) -> list[Check]:
    found = []
    if not any(variant.text or variant.html for variant in variants.values()):
        found.append(Check("templates", "stop", f"The template “{one.name}” has no words yet.", step, "template"))
    if one.channel == "whatsapp" and one.whatsapp_state != Approval.APPROVED:
        state = Approval(one.whatsapp_state).label.lower()
        level = "stop" if one.whatsapp_state == Approval.REJECTED else "warn"
        said = f"WhatsApp has not approved “{one.name}” ({state}): it only reaches people who wrote within 24 hours."
        found.append(Check("templates", level, said, step, "template"))  # type: ignore[arg-type]
    has = {_language(tag) for tag in variants}
    lacking = [tag for tag in spoken if tag not in has]
    if lacking and has:
        own = language_name(one.language)
        names = _and([language_name(tag) for tag in lacking])
        said = f"“{one.name}” has no words in {names}; those people get it in {own}."
        found.append(Check("languages", "warn", said, step, "template"))
    needed = sorted(
        {name for variant in variants.values() for name in required_of(variant) if not name.startswith(OURS)}
    )
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


def _language(tag: str) -> str:
    return tag.split("-")[0].lower()


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
