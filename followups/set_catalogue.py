"""Sets of follow-ups as an organisation keeps them: added, changed, put away by `catalogue.archive`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from crm.models import DocumentKind, Stage
from followups.catalogue import BadEntry, archive, bring_back
from followups.models import FollowUpSet, FollowUpSetItem, FollowUpTemplate, Occasion, Priority

if TYPE_CHECKING:
    from followups.models.followup_set import FollowUpSetQuerySet

MOST_ITEMS = 30
LONGEST_DAYS = 3650
FIELDS = ("name", "description", "occasion", "stage_id", "document_kind_id")


@dataclass(frozen=True, slots=True)
class Item:
    """One follow-up of a set, so many days after the occasion. An empty `priority` is the template's; `id` names the
    item that it changes."""

    template_id: int
    days: int = 0
    priority: str = ""
    id: int | None = None


def add_set(values: Mapping[str, Any], items: Sequence[Item]) -> FollowUpSet:
    """Add a set with its items. `values` are of FIELDS. Raises BadEntry."""
    clean = _clean(values)
    try:
        with transaction.atomic():
            made = FollowUpSet.objects.create(**clean)
            _put_items(made, items)
    except IntegrityError as problem:
        raise BadEntry("name", f"There is “{clean['name']}” already.") from problem
    return made


def change_set(
    sets: FollowUpSetQuerySet, values: Mapping[str, Any], items: Sequence[Item] | None = None
) -> FollowUpSet | None:
    """Change the one set in the queryset; items that are left out go, what was made with them stays. None for `items`
    leaves them as they are. Raises BadEntry; returns None where there is no such set."""
    try:
        with transaction.atomic():
            kept = sets.order_by("pk").select_for_update().first()
            if kept is None:
                return None
            clean = _clean({name: getattr(kept, name) for name in FIELDS} | dict(values))
            FollowUpSet.objects.filter(pk=kept.pk).update(**clean)
            if items is not None:
                _put_items(kept, items)
    except IntegrityError as problem:
        raise BadEntry("name", f"There is “{values.get('name', '')}” already.") from problem
    kept.refresh_from_db()
    return kept


def keep(sets: FollowUpSetQuerySet, *, archived: bool, now: datetime) -> int:
    """Put sets away, or take them back into use."""
    return archive(sets, now=now) if archived else bring_back(sets)


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {name: values.get(name) for name in FIELDS}
    for name, longest in (("name", 80), ("description", 300)):
        words = " ".join(str(clean[name] or "").replace("\0", "").split())
        clean[name] = words
        if len(words) > longest:
            raise BadEntry(name, f"At most {longest} letters.")
    if not clean["name"]:
        raise BadEntry("name", "A set needs a name.")
    clean["occasion"] = clean["occasion"] or Occasion.BY_HAND
    if clean["occasion"] not in Occasion.values:
        raise BadEntry("occasion", f"Choose one of: {', '.join(Occasion.values)}.")
    if clean["occasion"] != Occasion.STAGE_ENTERED:
        clean["stage_id"] = None
    elif not Stage.objects.filter(pk=clean["stage_id"] or 0).exists():
        raise BadEntry("stage_id", "Choose the stage that the deal enters.")
    if clean["occasion"] != Occasion.DOCUMENT_REQUESTED:
        clean["document_kind_id"] = None
    elif clean["document_kind_id"] and not DocumentKind.objects.filter(pk=clean["document_kind_id"]).exists():
        raise BadEntry("document_kind_id", "There is no such kind of document.")
    return clean


def _put_items(kept: FollowUpSet, items: Sequence[Item]) -> None:
    """Make the set's items these, in the order of their days; an item keeps its number, by which its follow-ups are
    known."""
    if not items:
        raise BadEntry("items", "A set needs at least one follow-up.")
    if len(items) > MOST_ITEMS:
        raise BadEntry("items", f"A set has at most {MOST_ITEMS} follow-ups.")
    known = set(FollowUpTemplate.objects.filter(pk__in={one.template_id for one in items}).values_list("pk", flat=True))
    for one in items:
        if one.template_id not in known:
            raise BadEntry("items", "There is no such template.")
        if not 0 <= one.days <= LONGEST_DAYS:
            raise BadEntry("items", f"Days are a number from 0 to {LONGEST_DAYS}.")
        if one.priority and one.priority not in Priority.values:
            raise BadEntry("items", f"A priority is one of: {', '.join(Priority.values)}.")
    mine = set(kept.items.values_list("pk", flat=True))
    ordered = sorted(items, key=lambda one: one.days)
    kept.items.exclude(pk__in=[one.id for one in ordered if one.id]).delete()
    FollowUpSetItem.objects.bulk_update(
        [
            FollowUpSetItem(
                pk=one.id, template_id=one.template_id, days=one.days, priority=one.priority, position=position
            )
            for position, one in enumerate(ordered)
            if one.id in mine
        ],
        ["template_id", "days", "priority", "position"],
    )
    FollowUpSetItem.objects.bulk_create(
        [
            FollowUpSetItem(
                set=kept, template_id=one.template_id, days=one.days, priority=one.priority, position=position
            )
            for position, one in enumerate(ordered)
            if one.id not in mine
        ]
    )
