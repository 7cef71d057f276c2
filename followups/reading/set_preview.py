"""What using a set would make: shown before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crm.models import Deal, User
from crm.models.deal import StageKind
from followups.access import sets_for
from followups.concerned import concerned_by
from followups.creating import NewFollowUp
from followups.merge_fields import fill_in
from followups.models import FollowUpSet, Occasion
from followups.record_words import record_words
from followups.words import SUBJECT

#: Lines that a preview shows; the rest is counted.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One follow-up that would be made."""

    who: str
    subject: str
    priority: str
    due: date | datetime
    because: str


def preview(new: Sequence[NewFollowUp]) -> list[Line]:
    """The first of the planned follow-ups, with their words filled in; a fixed number of queries."""
    shown = new[:MOST_SHOWN]
    if not shown:
        return []
    concerned, words_of_records = concerned_by(shown), record_words(shown)
    lines = []
    for one in shown:
        words = concerned[one.contact_id, one.partner_id].words | words_of_records(one)
        due = one.due.at or one.due.on
        assert due is not None
        subject = fill_in(one.subject, words)[:SUBJECT] or "Follow up"
        lines.append(Line(words["full_name"], subject, one.priority, due, one.assigned_because))
    return lines


def offered(
    user: User, contact_ids: Sequence[int], *, deal_id: int | None = None, records: Sequence[str] = ()
) -> list[FollowUpSet]:
    """The sets in use, those first that suit: of the stage in which the deal is (or the only contact's open deals are), of
    the record at hand ("document", "invoice"), those that are made by hand and for new clients; the others of stages last.
    """
    deals = Deal.objects.alive().filter(status=StageKind.OPEN)
    if deal_id is not None:
        deals = Deal.objects.filter(pk=deal_id)
    elif len(contact_ids) == 1:
        deals = deals.filter(contact__in=contact_ids)
    else:
        deals = deals.none()
    stages = set(deals.values_list("stage_id", flat=True))
    rows = sets_for(user).filter(archived_at__isnull=True).select_related("stage__pipeline")
    found = [one for one in rows.prefetch_related("items__template") if one.items.all()]

    def place(one: FollowUpSet) -> tuple[object, ...]:
        at_hand = any(one.occasion.startswith(f"{name}_") for name in records)
        usual = one.occasion in (Occasion.BY_HAND, Occasion.BECAME_CLIENT)
        rank = 0 if at_hand or one.stage_id in stages else 1 if usual else 3 if one.stage else 2
        way = (one.stage.pipeline.position, one.stage.position) if one.stage else (0, 0)
        return rank, *way, one.name

    return sorted(found, key=place)
