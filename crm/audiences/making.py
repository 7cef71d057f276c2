"""Making, changing, deleting and restoring audiences (A5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from crm.audiences import nesting
from crm.audiences.knowing import Known, moves_with_time, named
from crm.conditions.allowed import refuse_unseen
from crm.conditions.language import BadCondition, read
from crm.conditions.tree import Condition
from crm.conditions.uses import audiences_in
from crm.models import Audience, User
from crm.models.audience import AudienceKind, AudienceState
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember

UNDO = "audiences"
NAME_TAKEN = "There is an audience of this name already."


class BadAudience(ValueError):
    """An audience that cannot be; `problems` are pairs of a field (of a condition: its path) and a sentence."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        """Keep the problems."""
        super().__init__(" ".join(sentence for _, sentence in problems[:3]))
        self.problems = problems


def make_audience(
    *, name: str, kind: str, by: User | None, now: datetime, description: str = "", condition: Any = None
) -> Audience:
    """Make an audience; a dynamic one is put together by the sweep from now on. Raises BadAudience."""
    if kind not in AudienceKind.values:
        raise BadAudience([("kind", f"An audience is {' or '.join(AudienceKind.values)}.")])
    fields: dict[str, Any] = {"name": _name(name), "kind": kind, "description": _description(description)}
    if kind == AudienceKind.STATIC:
        if condition:
            raise BadAudience([("condition", "Put together by hand, it has no condition.")])
        return _created(fields, by, now)
    read_one = _read(condition, by)
    with transaction.atomic():
        nesting.hold()
        made = _created(fields | _asking(read_one, now), by, now)
        nesting.keep(made.pk, audiences_in(read_one))
    return made


def change_audience(
    audiences: QuerySet[Audience],
    *,
    by: User | None,
    now: datetime,
    changes: dict[str, Any],
    version: int | None = None,
) -> Result:
    """Change the name, the description or the condition of the one audience in the set. Raises BadAudience.

    A changed condition puts it together anew. `stale` names it where `version` is not its version any more.
    """
    fields: dict[str, Any] = {}
    if "name" in changes:
        fields["name"] = _name(changes["name"])
    if "description" in changes:
        fields["description"] = _description(changes["description"])
    with transaction.atomic():
        nesting.hold()
        one = audiences.select_for_update(of=("self",)).first()
        if one is None:
            return Result()
        if version is not None and one.version != version:
            return Result(stale=[one.pk])
        if "condition" in changes:
            if one.kind == AudienceKind.STATIC:
                raise BadAudience([("condition", "Put together by hand, it has no condition.")])
            read_one = _read(changes["condition"], by if changes["condition"] != one.condition else None)
            if way := nesting.loop_through(one.pk, audiences_in(read_one)):
                raise BadAudience([("condition", nesting.loop_in_words(way))])
            if read_one.data != one.condition or one.state == AudienceState.BROKEN:
                fields |= _asking(read_one, now)
                nesting.keep(one.pk, audiences_in(read_one))
        fields = {name: value for name, value in fields.items() if getattr(one, name) != value}
        if not fields:
            return Result(done=[one.pk])
        try:
            with transaction.atomic():
                Audience.objects.filter(pk=one.pk).update(**fields, version=F("version") + 1, updated_at=now)
        except IntegrityError:
            raise BadAudience([("name", NAME_TAKEN)]) from None
    return Result(done=[one.pk])


def delete_audiences(audiences: QuerySet[Audience], *, by: User | None, now: datetime) -> Result:
    """Delete audiences; one that others ask for is refused, with their names. Members hear nothing of it."""
    with transaction.atomic():
        nesting.hold()
        rows = {
            one.pk: one
            for one in audiences.filter(deleted_at__isnull=True).order_by("pk").select_for_update(of=("self",))
        }
        refused = {
            pk: f"“{rows[pk].name}” is asked for by {named(others)}. Change that first."
            for pk, others in nesting.used_in(list(rows), but=list(rows)).items()
        }
        ids = [pk for pk in rows if pk not in refused]
        Audience.objects.filter(pk__in=ids).update(deleted_at=now, version=F("version") + 1, updated_at=now)
        undo_id = None
        if by and ids:
            label = f"Deleted {named(rows[pk] for pk in ids)}"
            undo_id = remember(user=by, label=label, kind=UNDO, payload={"ids": ids}, now=now)
    return Result(done=ids, refused=refused, undo_id=undo_id)


def restore_audiences(audiences: QuerySet[Audience], *, by: User | None, now: datetime) -> Result:
    """Bring audiences back, with their members; a dynamic one is gone through anew. One whose name is taken is refused."""
    result = Result()
    with transaction.atomic():
        nesting.hold()
        for one in audiences.filter(deleted_at__isnull=False).order_by("pk").select_for_update(of=("self",)):
            if Audience.objects.alive().filter(name=one.name).exists():
                result.refused[one.pk] = f"There is another audience “{one.name}” now."
                continue
            anew = {"state": AudienceState.FILLING, "filled_to": 0, "checked_until": now, "problem": ""}
            Audience.objects.filter(pk=one.pk).update(
                deleted_at=None,
                version=F("version") + 1,
                updated_at=now,
                **(anew if one.kind == AudienceKind.DYNAMIC else {}),
            )
            result.done.append(one.pk)
    return result


def register_undo() -> None:
    """Make known how deleting is taken back; called at start-up."""

    def back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
        result = restore_audiences(Audience.objects.filter(pk__in=payload["ids"]), by=by, now=now)
        return UndoResult(done=result.done, refused=result.refused)

    register_undoer(UNDO, back)


def _created(fields: dict[str, Any], by: User | None, now: datetime) -> Audience:
    try:
        with transaction.atomic():
            return Audience.objects.create(**fields, created_by=by, created_at=now, updated_at=now, counted_at=now)
    except IntegrityError:
        raise BadAudience([("name", NAME_TAKEN)]) from None


def _asking(condition: Condition, now: datetime) -> dict[str, Any]:
    """The columns of an audience that asks for this from now on."""
    timed = moves_with_time(condition, now, Known().zone)
    return {
        "condition": condition.data,
        "state": AudienceState.FILLING,
        "filled_to": 0,
        "problem": "",
        "checked_until": now if timed else None,
    }


def _read(condition: Any, by: User | None) -> Condition:
    try:
        found = read(condition)
        if by is not None:
            refuse_unseen(found, by)
        return found
    except BadCondition as problem:
        raise BadAudience([(f"condition.{path}".rstrip("."), text) for path, text in problem.problems]) from None


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not name or len(name) > 120:
        raise BadAudience([("name", "A name has between 1 and 120 characters.")])
    return name


def _description(text: str) -> str:
    words = " ".join(text.replace("\0", "").split())
    if len(words) > 500:
        raise BadAudience([("description", "At most 500 characters.")])
    return words
