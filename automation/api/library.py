"""The library over the API: what there is, and installing it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema, Status
from pydantic import Field

from automation.api.automations import EDIT, READ
from automation.api.shapes import AutomationOut, Kind, automation_out
from automation.library.installing import install
from automation.library.registry import ENTRIES
from automation.reading.figures import figures_of
from automation.reading.library import Shown, shelf
from automation.reading.versions import draft_and_live
from crm.api.auth import caller
from crm.api.problems import not_found

router = Router(tags=["Automations"])


class LibraryEntryOut(Schema):
    slug: str
    name: str
    kind: Kind
    group: str
    story: str
    triggers: list[str] = Field(description="What lets people in, in words")
    steps: list[str] = Field(description="What it does, in words, in the order of its definition")
    replaces: list[str] = Field(description="Rules of the house that rest while it is active")
    installed: int | None = Field(description="The newest automation that was made from it")


class Library(Schema):
    items: list[LibraryEntryOut]


@router.get("/automations/library", auth=READ, response=Library)
def list_library(request: HttpRequest) -> dict[str, Any]:
    """The ready automations that can be installed."""
    return {"items": [_entry(one) for shown in shelf(caller(request)).values() for one in shown]}


@router.post("/automations/library/{slug}/install", auth=EDIT, response={201: AutomationOut})
def install_from_library(request: HttpRequest, slug: Path[str]) -> Status[dict[str, Any]]:
    """Make a draft of an entry, with the message templates that it sends. It does nothing until it is activated."""
    if slug not in ENTRIES:
        raise not_found("entry of the library")
    made = install(ENTRIES[slug], by=caller(request), now=timezone.now())
    draft, _ = draft_and_live(made)
    return Status(201, automation_out(made, draft, figures_of([made.pk])[made.pk], asked=False))


def _entry(one: Shown) -> dict[str, Any]:
    entry = one.entry
    return {
        "slug": entry.slug,
        "name": entry.name,
        "kind": entry.kind,
        "group": entry.group,
        "story": entry.story,
        "triggers": [line.words for line in one.sketch.triggers],
        "steps": [line.words for line in one.sketch.steps],
        "replaces": list(one.replaces),
        "installed": one.installed.id if one.installed else None,
    }
