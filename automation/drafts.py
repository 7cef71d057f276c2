"""The draft of an automation: made from the live version when somebody begins to edit, changed step by step, each change
kept so that it can be taken back, and guarded against two editors (D6, D7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max

from automation.models import Automation, AutomationVersion, ChangeState, DraftChange

if TYPE_CHECKING:
    from crm.models import User

#: How many changes can be taken back.
KEPT = 50

Data = dict[str, Any]


@dataclass(slots=True)
class Edited:
    """The draft as it is now. `stale` says what others changed since the page was drawn; then nothing was done. `done` is
    false where there was nothing to do."""

    draft: AutomationVersion
    done: bool = True
    said: str = ""
    stale: list[str] = field(default_factory=list)


def seen_of(version: AutomationVersion | None) -> str:
    """What a page was drawn from, for its forms to send along."""
    return f"{version.pk}.{version.lock}" if version else ""


def draft_of(automation: Automation, *, by: User | None, now: datetime) -> AutomationVersion:
    """The draft, made from the live version if there is none. Call inside a transaction: the automation is locked."""
    _hold(automation)
    found = AutomationVersion.objects.filter(automation=automation, published_at__isnull=True).first()
    if found is not None:
        return found
    versions = AutomationVersion.objects.filter(automation=automation)
    live = versions.filter(pk=automation.live_id).first() if automation.live_id else None
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return AutomationVersion.objects.create(
        automation=automation,
        number=number,
        definition=live.definition if live else {},
        created_by=by,
        created_at=now,
        updated_at=now,
    )


@transaction.atomic
def edit(
    automation: Automation,
    change: Callable[[Mapping[str, Any]], Data],
    *,
    seen: str,
    said: str,
    by: User | None,
    now: datetime,
) -> Edited:
    """Change the draft. `seen` is what the editor's page was drawn from (`seen_of`), `said` is the change in words.
    Whatever `change` raises leaves everything as it was."""
    _hold(automation)  # first: somebody else may be making the draft at this moment
    drafted = AutomationVersion.objects.filter(automation=automation, published_at__isnull=True).exists()
    draft = draft_of(automation, by=by, now=now)
    stale = _meanwhile(automation, draft, seen, drafted, by)
    if stale:
        return Edited(draft, done=False, stale=stale)
    new = change(draft.definition)
    if new == draft.definition:
        return Edited(draft, done=False)
    changes = DraftChange.objects.filter(automation_version=draft)
    changes.filter(state=ChangeState.UNDONE).update(state=ChangeState.DROPPED)
    DraftChange.objects.create(
        automation_version=draft, definition=draft.definition, said=said[:200], lock=draft.lock + 1, by=by, at=now
    )
    changes.filter(pk__in=changes.order_by("-pk").values("pk")[KEPT : 2 * KEPT]).delete()
    _store(draft, new, now)
    return Edited(draft, said=said)


@transaction.atomic
def undo(automation: Automation, *, by: User | None, now: datetime) -> Edited:
    """Take the last change back, whoever made it."""
    return _swap(automation, ChangeState.DONE, "-pk", ChangeState.UNDONE, "Took back", by, now)


@transaction.atomic
def redo(automation: Automation, *, by: User | None, now: datetime) -> Edited:
    """Do again what was taken back last."""
    return _swap(automation, ChangeState.UNDONE, "pk", ChangeState.DONE, "Did again", by, now)


def to_take_back(draft: AutomationVersion | None) -> tuple[str, str]:
    """What undo and redo would do next, in words; empty for nothing. One query."""
    if draft is None:
        return "", ""
    rows = DraftChange.objects.filter(automation_version=draft).exclude(state=ChangeState.DROPPED).order_by("pk")
    said = list(rows.values_list("state", "said"))
    done, undone = (
        [words for state, words in said if state == wanted] for wanted in (ChangeState.DONE, ChangeState.UNDONE)
    )
    return done[-1] if done else "", undone[0] if undone else ""


def _hold(automation: Automation) -> None:
    """Let nobody else edit it until this transaction is over."""
    Automation.objects.select_for_update().filter(pk=automation.pk).get()


def _swap(
    automation: Automation, state: str, order: str, becomes: str, verb: str, by: User | None, now: datetime
) -> Edited:
    draft = draft_of(automation, by=by, now=now)
    row = DraftChange.objects.filter(automation_version=draft, state=state).order_by(order).first()
    if row is None:
        return Edited(draft, done=False)
    DraftChange.objects.filter(pk=row.pk).update(
        definition=draft.definition, state=becomes, lock=draft.lock + 1, by=by, at=now
    )
    _store(draft, row.definition, now)
    return Edited(draft, said=f"{verb}: {row.said}")


def _store(draft: AutomationVersion, definition: Data, now: datetime) -> None:
    AutomationVersion.objects.filter(pk=draft.pk).update(definition=definition, lock=F("lock") + 1, updated_at=now)
    draft.definition, draft.lock = definition, draft.lock + 1


def _meanwhile(
    automation: Automation, draft: AutomationVersion, seen: str, drafted: bool, by: User | None
) -> list[str]:
    """What others did since the page was drawn. One's own changes, from another tab, are no surprise."""
    version, _, text = seen.partition(".")
    lock = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if not drafted:
        return [] if version == str(automation.live_id or "") else ["Another version is live now."]
    if version != str(draft.pk):
        return ["Somebody has begun to edit it."]
    rows = (
        DraftChange.objects.filter(automation_version=draft, lock__gt=lock)
        .select_related("by")
        .defer("definition")
        .order_by("lock")
    )
    theirs = [f"{row.by.name if row.by else 'Somebody'}: {row.said}" for row in rows if row.by != by]
    unsaid = draft.lock - lock - len(rows)
    return theirs[-5:] or (["Somebody has changed it."] if unsaid > 0 else [])
