"""Names of automations, and copies of them."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F

from automation.models import Automation
from automation.models.automation import AutomationQuerySet
from automation.publishing import create
from automation.reading.versions import draft_and_live
from crm.results import Result

if TYPE_CHECKING:
    from crm.models import User

MOST_NAME, MOST_DESCRIPTION = 120, 2_000


class BadAutomation(ValueError):
    """A name or a description that cannot be; `problems` are pairs of a field and a sentence."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        """Keep the problems."""
        super().__init__(" ".join(sentence for _, sentence in problems))
        self.problems = list(problems)


def rename(
    automations: AutomationQuerySet, *, name: str, description: str, now: datetime, version: int | None = None
) -> Result:
    """Name and describe the one automation in the set. `stale` names it where `version` is not its version any more.
    Raises BadAutomation."""
    fields = {"name": good_name(name), "description": good_description(description)}
    one = automations.first()
    if one is None or all(getattr(one, field) == value for field, value in fields.items()):
        return Result(done=[one.pk] if one and version in (None, one.version) else [], stale=_stale(one, version))
    rows = Automation.objects.filter(pk=one.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(**fields, updated_at=now, version=F("version") + 1):
        return Result(stale=[one.pk])
    return Result(done=[one.pk])


def _stale(one: Automation | None, version: int | None) -> list[int]:
    return [one.pk] if one is not None and version not in (None, one.version) else []


def duplicate(automation: Automation, *, name: str, by: User | None, now: datetime) -> Automation:
    """A new automation with a draft of what this one does: of its own draft, where somebody is at one. Nobody is inside.
    Raises BadAutomation."""
    draft, live = draft_and_live(automation)
    source = draft or live
    made = create(
        name=good_name(name),
        definition=deepcopy(source.definition) if source else {},
        by=by,
        now=now,
        kind=automation.kind,
    )
    Automation.objects.filter(pk=made.pk).update(description=automation.description, library=automation.library)
    made.refresh_from_db()
    return made


def good_name(text: str) -> str:
    """A name on one line. Raises BadAutomation."""
    name = " ".join(text.replace("\0", "").split())
    if not name or len(name) > MOST_NAME:
        raise BadAutomation(("name", f"A name has between 1 and {MOST_NAME} characters."))
    return name


def good_description(text: str) -> str:
    """A description without what cannot be stored. Raises BadAutomation."""
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(words) > MOST_DESCRIPTION:
        raise BadAutomation(("description", f"At most {MOST_DESCRIPTION:,} characters."))
    return words
