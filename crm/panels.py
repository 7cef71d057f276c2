"""Panels on the pages of records: the floor that keeps something about a record draws it, with the page that it stands on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from markupsafe import Markup

from crm.views.guard import PersonRequest

#: Handed the request, the record that the page shows and the time; answers with a template and what it needs, or None
#: where the person sees nothing of the kind. It costs the same queries however much there is to show.
Panel = Callable[[PersonRequest, Any, datetime], tuple[str, dict[str, Any]] | None]

_panels: dict[str, dict[str, Panel]] = {}


def register_panel(page: str, name: str, panel: Panel) -> None:
    """Put a panel on the page of each "contact", "deal", "document", "invoice" or "partner", or on the one of the
    "organisation" (whose settings are the record); called by its floor at start-up. The order is that of the page; `name` is the panel's id there."""
    _panels.setdefault(page, {})[name] = panel


def panels_of(request: PersonRequest, page: str, record: Any, now: datetime) -> list[tuple[str, Markup]]:
    """The panels of one record that came through its door, drawn: (name, HTML)."""
    found: list[tuple[str, Markup]] = []
    for name, panel in _panels.get(page, {}).items():
        if shown := panel(request, record, now):
            template, context = shown
            html = render_to_string(template, context, request)
            found.append((name, Markup(html)))  # noqa: S704 - drawn by our templates, which escape
    return found
