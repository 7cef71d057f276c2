"""The list of automations: a fixed number of statements, however many there are and whoever is inside."""

from __future__ import annotations

from dataclasses import dataclass

from automation.access import automations_for
from automation.models import AutomationKind, AutomationState, AutomationVersion
from automation.reading.figures import figures_of
from crm.models import User
from crm.reading.paging import Page, Sort, page_of

BY_NAME = Sort("name", ("name",))
_COLUMNS = ("description", "kind", "state", "pause_reason", "live__number", "updated_at")
#: What the list can be narrowed to: the value in the address, and its label.
SHOWN = {"": "In use", "active": "Active", "paused": "Paused", "draft": "Drafts", "archived": "Put away"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks the list for; anything unknown counts as not asked."""

    q: str = ""
    state: str = ""
    kind: str = ""


def wanted_by(q: str, state: str, kind: str) -> Wanted:
    """Read what an address says."""
    return Wanted(
        q.replace("\0", "").strip()[:120],
        state if state in AutomationState.values else "",
        kind if kind in AutomationKind.values else "",
    )


def automation_page(user: User, wanted: Wanted, *, after: str = "", before: str = "") -> Page:
    """A page of automations by name, each with its figures and whether somebody is at a draft; three statements."""
    rows = automations_for(user)
    rows = rows.filter(state=wanted.state) if wanted.state else rows.exclude(state=AutomationState.ARCHIVED)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.q:
        rows = rows.filter(name__icontains=wanted.q)
    page = page_of(rows, BY_NAME, _COLUMNS, after=after, before=before)
    ids = [row["id"] for row in page.rows]
    figures = figures_of(ids)
    drafts = dict(
        AutomationVersion.objects.filter(automation__in=ids, published_at__isnull=True).values_list(
            "automation_id", "number"
        )
    )
    for row in page.rows:
        row |= {"figures": figures[row["id"]], "draft": drafts.get(row["id"])}
    return page
