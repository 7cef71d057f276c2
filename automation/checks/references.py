"""Whether what a definition names is still there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from automation.checks.shape import Check
from automation.definition.naming import Named, named_in
from automation.definition.whole import Definition
from automation.models import Automation
from crm.models import Audience, CloseReason, DocumentKind, Pipeline, Stage, Tag, Team, User
from followups.models import FollowUpTemplate, FollowUpType, Outcome
from messaging.models import MessageTemplate, WebhookSecret

#: For each control: what it names, and those that are there now.
THERE: dict[str, tuple[str, Callable[[], QuerySet[Any]]]] = {
    "template": ("message template", lambda: MessageTemplate.objects.filter(archived_at__isnull=True)),
    "tag": ("tag", lambda: Tag.objects.all()),
    "audience": ("audience", lambda: Audience.objects.alive()),
    "stage": ("stage", lambda: Stage.objects.filter(archived_at__isnull=True)),
    "pipeline": ("pipeline", lambda: Pipeline.objects.filter(archived_at__isnull=True)),
    "person": ("colleague", lambda: User.objects.filter(is_active=True)),
    "team": ("team", lambda: Team.objects.all()),
    "followup_template": ("follow-up template", lambda: FollowUpTemplate.objects.filter(archived_at__isnull=True)),
    "automation": ("automation", lambda: Automation.objects.alive()),
    "automations": ("automation", lambda: Automation.objects.alive()),
    "document_kind": ("kind of document", lambda: DocumentKind.objects.filter(archived_at__isnull=True)),
    "close_reason": ("reason", lambda: CloseReason.objects.filter(archived_at__isnull=True)),
    "followup_type": ("type of follow-up", lambda: FollowUpType.objects.all()),
    "outcome": ("outcome", lambda: Outcome.objects.all()),
    "webhook_secret": ("secret of webhooks", lambda: WebhookSecret.objects.filter(ended_at__isnull=True)),
}
SLUGS = frozenset({"followup_type", "outcome"})


def missing(definition: Definition) -> list[Check]:
    """A line for each thing that was deleted or put away; one query for each kind of thing that is named."""
    by_control: dict[str, list[Named]] = defaultdict(list)
    for one in named_in(definition):
        by_control[one.control].append(one)
    found = []
    for control, named in by_control.items():
        what, there = THERE[control]
        known = _known(control, there(), {one.value for one in named})
        for one in named:
            if one.value not in known:
                sentence = f"It names a {what} that is not there any more. Choose another one."
                found.append(Check("references", "stop", sentence, one.step, one.field))
    return found


def _known(control: str, rows: QuerySet[Any], values: Iterable[Any]) -> set[Any]:
    column = "slug" if control in SLUGS else "pk"
    return set(rows.filter(**{f"{column}__in": list(values)}).values_list(column, flat=True))
