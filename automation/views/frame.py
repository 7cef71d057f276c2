"""The frame of an automation's page: its heading, state, figures and tabs. Every tab is a view and a template of its own
that extends `automation/_frame.html`."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from automation.access import automations_for
from automation.house_rules import replaced_by
from automation.models import Automation, AutomationState
from automation.reading.figures import figures_of, why_parked
from automation.reading.versions import draft_and_live
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest

#: The tabs: key, label, and the last part of the address.
TABS = (
    ("steps", "Steps", ""),
    ("list", "List", "list/"),
    ("people", "People", "people/"),
    ("results", "Results", "results/"),
    ("rules", "Rules", "rules/"),
    ("rehearse", "Rehearse", "rehearse/"),
    ("versions", "Versions", "versions/"),
)


def automation_or_404(request: PersonRequest, pk: int) -> Automation:
    """The automation through the door."""
    rows = automations_for(request.user).select_related("live")
    return get_object_or_404(rows, pk=pk if pk <= BIGGEST else 0)


def framed(request: PersonRequest, automation: Automation, tab: str, **context: Any) -> dict[str, Any]:
    """What a page of an automation is drawn with: the frame's own words and `context`; four queries at most."""
    here = f"/automations/{automation.pk}/"
    draft, live = draft_and_live(automation)
    figures = figures_of([automation.pk])[automation.pk]
    counts = {"people": figures.inside or None}
    tabs = [
        {"label": label, "href": f"{here}{part}", "current": key == tab, "count": counts.get(key)}
        for key, label, part in TABS
    ]
    frame = {
        "automation": automation,
        "tab": tab,
        "here": here,
        "tabs": tabs,
        "draft": draft,
        "live": live,
        "figures": figures,
        "resting": replaced_by(automation.library) if automation.state == AutomationState.ACTIVE else [],
        "parked": why_parked(automation.pk) if figures.parked else [],
        "may_edit": request.user.can("automations.edit"),
        "may_activate": request.user.can("automations.activate"),
        "may_enroll": request.user.can("automations.enroll"),
    }
    return frame | context
