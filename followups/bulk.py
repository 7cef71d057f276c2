"""One change to many follow-ups: all of them, or none and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.models import UndoStep, User
from crm.undo import remember
from followups import transitions
from followups.assignment import candidates, share_out
from followups.changing import Result
from followups.choosing import Need
from followups.models import FollowUpTag
from followups.models.followup import FollowUpQuerySet
from followups.undoing import KIND

#: More than anybody selects, few enough for one transaction.
MOST = 10_000


class NotAll(Exception):
    """Some of the set refuse, so nothing was changed; `refused` says which and why, `total` of how many."""

    def __init__(self, refused: dict[int, str], total: int) -> None:
        self.refused, self.total = refused, total
        super().__init__(f"{len(refused)} of {total} refuse")


def all_or_none(verb: Callable[..., Result], followups: FollowUpQuerySet, **given: Any) -> Result:
    """Let a verb change the whole set in one transaction. Raises NotAll where any row refuses, BadChange as the verb."""
    with transaction.atomic():
        result = verb(followups, **given)
        if result.refused or result.stale:
            stale = dict.fromkeys(result.stale, "Somebody changed it meanwhile.")
            raise NotAll(result.refused | stale, len(result.done) + len(result.refused) + len(result.stale))
    return result


def share(followups: FollowUpQuerySet, *, by: User, now: datetime) -> Result:
    """Give a set to those with most room. Who holds one and still has most room for it keeps it. Raises NotAll."""
    with transaction.atomic():
        rows = list(
            followups.order_by("due_by", "pk").values_list(
                "pk", "assignee_id", "contact__country", "contact__language", "contact__team_id", "partner__country"
            )[:MOST]
        )
        people = candidates(now)
        by_id = {person.id: person for person in people}
        for _, holder, *_ in rows:  # what is shared out is carried by nobody meanwhile
            if holder in by_id:
                by_id[holder].open -= 1
        needs = [
            (Need(country or there or "", language or "", team), ()) for _, _, country, language, team, there in rows
        ]
        moving: dict[int, list[int]] = {}
        for (pk, holder, *_), choice in zip(rows, share_out(needs, people), strict=True):
            if choice.person_id != holder:
                moving.setdefault(choice.person_id, []).append(pk)
        receivers = {person.pk: person for person in User.objects.filter(pk__in=moving)}
        results = [
            all_or_none(
                transitions.delegate, followups.filter(pk__in=ids), by=by, now=now, to=receivers[person],
                because=f"Shared out by {by.name}: {by_id[person].name} had most room",
            )
            for person, ids in moving.items()
        ]  # fmt: skip
        done = [pk for result in results for pk in result.done]
        steps = [result.undo_id for result in results if result.undo_id]
        return Result(done=done, undo_id=_as_one_step(steps, len(done), by, now))


def _as_one_step(steps: list[int], count: int, by: User, now: datetime) -> int | None:
    """Make one undo of the steps of one action."""
    if len(steps) < 2:
        return steps[0] if steps else None
    payload: dict[str, list[Any]] = {}
    for one in UndoStep.objects.filter(pk__in=steps, user=by).order_by("pk"):
        for name, images in one.payload.items():
            if isinstance(images, list):
                payload.setdefault(name, []).extend(images)
    UndoStep.objects.filter(pk__in=steps, user=by).delete()
    return remember(user=by, label=f"Shared out {count} follow-ups", kind=KIND, payload=payload, now=now)


def tags_differ(followups: FollowUpQuerySet, add: Collection[int], remove: Collection[int]) -> FollowUpQuerySet:
    """The part of a set that does not wear its tags as wanted yet."""
    worn: dict[int, set[int]] = {pk: set() for pk in followups.values_list("pk", flat=True)}
    pairs = FollowUpTag.objects.filter(followup__in=followups.values("pk"), tag__in=[*add, *remove])
    for pk, tag in pairs.values_list("followup_id", "tag_id"):
        worn[pk].add(tag)
    return followups.filter(pk__in=[pk for pk, tags in worn.items() if set(add) - tags or set(remove) & tags])
