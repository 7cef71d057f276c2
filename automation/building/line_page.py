"""The simpler page of sequences and playbooks: its form, read and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from automation.editing.line import BY_CHANNEL, Touch
from automation.engine.spans import LABELS
from followups.models import FollowUpTemplate
from messaging.models import MessageTemplate

MOST = 50
MOST_DAYS = 3_650
UNITS = [(name, f"{words}s") for name, words in LABELS.items()]
#: Channels in the order in which their templates are offered.
CHANNELS = (("email", "E-mail"), ("sms", "SMS"), ("whatsapp", "WhatsApp"))


@dataclass(slots=True)
class Line:
    """What the form says. `what` of a touch is "t12" for a message template, "f3" for a template of follow-ups."""

    touches: list[Touch]
    amounts: list[str] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)


def what(touch: Touch) -> str:
    """The template of a touch as its select has it."""
    if touch.template is None:
        return ""
    return f"{'f' if touch.kind == 'create_followup' else 't'}{touch.template}"


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """The templates to choose from, in groups; two queries."""
    rows = MessageTemplate.objects.filter(archived_at__isnull=True).order_by("name", "pk")
    templates = list(rows.values_list("pk", "name", "channel")[:1_000])
    tasks = FollowUpTemplate.objects.filter(archived_at__isnull=True).order_by("name", "pk")
    groups = [
        (title, [(f"t{pk}", name) for pk, name, way in templates if way == channel]) for channel, title in CHANNELS
    ]
    groups.append(("Follow-up for the owner", [(f"f{pk}", name) for pk, name in tasks.values_list("pk", "name")[:500]]))
    return [(title, options) for title, options in groups if options]


def line_from(given: QueryDict, before: Sequence[Touch]) -> Line:
    """The touches as they were filled in, with the form's button carried out: "add", "remove:2", "up:1", "down:0"."""
    known = {touch.step: touch for touch in before}
    kinds = _kinds(given.getlist("what"))
    line = Line([])
    rows = zip(
        given.getlist("step"), given.getlist("amount"), given.getlist("unit"), given.getlist("what"), strict=False
    )
    for at, (step, amount, unit, chosen) in enumerate(list(rows)[:MOST]):
        old = known.get(step, Touch())
        kind, template = kinds.get(chosen, (old.kind, None))
        text = amount.strip()
        good = text.isascii() and text.isdecimal() and int(text[:9]) <= MOST_DAYS
        if not good:
            line.errors[at] = f"A whole number up to {MOST_DAYS:,}."
        line.amounts.append(text[:20])
        line.touches.append(
            replace(
                old,
                kind=kind,
                template=template,
                amount=int(text[:9]) if good else 0,
                unit=unit if unit in LABELS else "days",
            )
        )
    if not line.errors:
        _act(line.touches, given.get("do", ""))
    return line


def _act(touches: list[Touch], wanted: str) -> None:
    verb, _, text = wanted.partition(":")
    at = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1
    if verb == "add":
        touches.append(Touch(amount=3 if touches else 0))
    elif 0 <= at < len(touches):
        if verb == "remove":
            del touches[at]
        elif verb == "up" and at:
            touches[at - 1], touches[at] = touches[at], touches[at - 1]
        elif verb == "down" and at + 1 < len(touches):
            touches[at + 1], touches[at] = touches[at], touches[at + 1]


def _kinds(chosen: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The kind of step and the template that each choice means; what is not there is left out."""
    ids = {one: int(one[1:]) for one in chosen if one[1:].isascii() and one[1:].isdecimal() and len(one) < 19}
    messages = dict(
        MessageTemplate.objects.filter(pk__in=[pk for one, pk in ids.items() if one[0] == "t"]).values_list(
            "pk", "channel"
        )
    )
    tasks = set(
        FollowUpTemplate.objects.filter(pk__in=[pk for one, pk in ids.items() if one[0] == "f"]).values_list(
            "pk", flat=True
        )
    )
    found: dict[str, tuple[str, int]] = {}
    for one, pk in ids.items():
        if one[0] == "t" and pk in messages:
            found[one] = BY_CHANNEL.get(messages[pk], "send_message"), pk
        elif one[0] == "f" and pk in tasks:
            found[one] = "create_followup", pk
    return found
