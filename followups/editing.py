"""Changing what a follow-up says: its words, type, group and tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.models import Tag
from followups.changing import Result, changing
from followups.lifecycle import BadChange
from followups.models import FollowUpType
from followups.reminder_plans import ReminderPlan
from followups.words import clean_group, clean_subject, clean_text

if TYPE_CHECKING:
    from crm.models import User
    from followups.models.followup import FollowUpQuerySet


def edit(
    followups: FollowUpQuerySet,
    *,
    by: User,
    now: datetime,
    subject: str | None = None,
    description: str | None = None,
    type_id: int | None = None,
    group: str | None = None,
    reminders: Sequence[ReminderPlan] | None = None,
    version: int | None = None,
) -> Result:
    """Change what is not None. `reminders` replace those that have not fired. Raises BadChange."""
    values: dict[str, Any] = {}
    if subject is not None:
        values["subject"] = clean_subject(subject)
    if description is not None:
        values["description"] = clean_text(description)
    if group is not None:
        values["group"] = clean_group(group)
    if type_id is not None:
        if not FollowUpType.objects.filter(pk=type_id).exists():
            raise BadChange("That type of follow-up does not exist.")
        values["type_id"] = type_id
    with changing("edit", followups, by=by, now=now, version=version, undo_as="Changed") as change:
        if reminders is None:
            change.refuse(
                lambda row: "" if any(row[name] != new for name, new in values.items()) else "Nothing changed."
            )
        change.write(**values)
        if reminders is not None:
            change.replace_reminders(reminders)
        names = [name.removesuffix("_id") for name in values] + ["reminders"] * (reminders is not None)
        change.tell("followup_edited", fields=", ".join(names))
    return change.result


def tag(
    followups: FollowUpQuerySet,
    *,
    by: User,
    now: datetime,
    add: Collection[int] = (),
    remove: Collection[int] = (),
    version: int | None = None,
) -> Result:
    """Put tags on and take tags off, by id. Raises BadChange for one that does not exist."""
    names = dict(Tag.objects.filter(pk__in={*add, *remove}).values_list("pk", "name"))
    if missing := {*add, *remove} - set(names):
        raise BadChange(f"There is no tag with the number {min(missing)}.")
    with changing("tag", followups, by=by, now=now, version=version, undo_as="Tagged") as change:
        added, removed = _put_on(change.ids, add), _take_off(change.ids, set(remove) - set(add))
        change.refuse(lambda row: "" if row["id"] in added or row["id"] in removed else "Its tags are so already.")
        change.write()
        change.aside["tags"] = {
            "added": [[pk, one] for pk, ones in added.items() for one in ones],
            "removed": [[pk, one] for pk, ones in removed.items() for one in ones],
        }
        change.tell(
            "followup_tagged", lambda row: _tag_data(added.get(row["id"], []), removed.get(row["id"], []), names)
        )
    return change.result


def _put_on(ids: Sequence[int], tags: Collection[int]) -> dict[int, list[int]]:
    return _pairs(
        "INSERT INTO followups_followuptag (followup_id, tag_id)"
        " SELECT f, t FROM unnest(%s::bigint[]) AS f CROSS JOIN unnest(%s::bigint[]) AS t ON CONFLICT DO NOTHING"
        " RETURNING followup_id, tag_id",
        ids,
        tags,
    )


def _take_off(ids: Sequence[int], tags: Collection[int]) -> dict[int, list[int]]:
    return _pairs(
        "DELETE FROM followups_followuptag WHERE followup_id = ANY(%s) AND tag_id = ANY(%s) RETURNING followup_id, tag_id",
        ids,
        tags,
    )


def _pairs(statement: str, ids: Sequence[int], tags: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids), list(tags)])
        for followup_id, tag_id in cursor.fetchall():
            found.setdefault(followup_id, []).append(tag_id)
    return found


def _tag_data(added: Sequence[int], removed: Sequence[int], names: dict[int, str]) -> dict[str, Any]:
    on, off = [names[pk] for pk in added], [names[pk] for pk in removed]
    words = [f"tagged {', '.join(on)}"] * bool(on) + [f"no longer tagged {', '.join(off)}"] * bool(off)
    return {"added": on, "removed": off, "tag_words": " and ".join(words)}
