"""Which templates suit where a client stands: the stages of their deals, their place in the lifecycle, the record."""

from __future__ import annotations

from collections.abc import Iterable

from crm.models import Deal
from crm.models.deal import StageKind
from followups.merge_fields import mentions
from followups.models import FollowUpSetItem, FollowUpTemplate, Occasion

#: The best first: of the stage of a deal; for everybody in this place of the lifecycle; for others.
IN_STAGE, IN_LIFE, ELSEWHERE = range(3)
_RECORDS = ("deal", "document", "invoice")


def suiting(
    templates: Iterable[FollowUpTemplate], *, contact_id: int | None, lifecycle: str | None, records: Iterable[str] = ()
) -> dict[int, int]:
    """How well each template suits, by its id; two queries.

    One that belongs to a stage suits whoever has an open deal there, and nobody else. One that names a record suits
    where there is such a record, by its name ("deal"). One that the product uses by itself is for that.
    """
    stages: dict[int, set[int]] = {}
    items = FollowUpSetItem.objects.filter(set__occasion=Occasion.STAGE_ENTERED, set__archived_at__isnull=True)
    for template_id, stage_id in items.values_list("template_id", "set__stage_id"):
        stages.setdefault(template_id, set()).add(stage_id)
    here: set[int] = set()
    if contact_id is not None:
        theirs = Deal.objects.alive().filter(contact=contact_id, status=StageKind.OPEN)
        here = set(theirs.values_list("stage_id", flat=True))
    known = set(records)
    return {one.pk: _rank(one, stages.get(one.pk), here, lifecycle, known) for one in templates}


def _rank(
    one: FollowUpTemplate, stages: set[int] | None, here: set[int], lifecycle: str | None, records: set[str]
) -> int:
    if stages and stages & here:
        return IN_STAGE
    if one.made_for or (stages and not one.lifecycles):
        return ELSEWHERE
    text = f"{one.subject} {one.description}"
    if any(mentions(text, f"{name}.") and name not in records for name in _RECORDS):
        return ELSEWHERE
    return IN_LIFE if not one.lifecycles or lifecycle in one.lifecycles else ELSEWHERE
