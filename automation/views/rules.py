"""Who may enter, how often, what ends it, and how often it may write: the rules, in plain words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from automation import drafts
from automation.building.cards import trigger_cards
from automation.building.forms import Form, form_from, form_of
from automation.building.rules_page import by_section, is_open
from automation.definition.rules import Rules
from automation.editing import operations
from automation.editing.raw import copied
from automation.views.frame import automation_or_404, framed
from crm.views.guard import PersonRequest, may


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.view")
def rules_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the rules, and take others."""
    automation = automation_or_404(request, pk)
    frame: dict[str, Any] = framed(request, automation, "rules")
    version = frame["draft"] or frame["live"]
    definition = copied(version.definition if version else {})
    if request.method != "POST":
        form = form_of(Rules, definition["rules"], request.user, fixed={})
        return _draw(request, frame, form, drafts.seen_of(version), 200)
    if not request.user.can("automations.edit"):
        raise PermissionDenied("automations.edit")
    form = form_from(Rules, request.POST, request.user, fixed={})
    if not form.good:
        return _draw(request, frame, form, request.POST.get("seen", "")[:60], 200 if form.acted else 422)
    came = drafts.edit(
        automation,
        lambda now: operations.set_rules(now, form.settings),
        seen=request.POST.get("seen", "")[:60],
        said="Changed the rules",
        by=request.user,
        now=timezone.now(),
    )
    if came.stale:
        form.errors[""] = "Meanwhile: " + " ".join(came.stale) + " Look at it, then save again to have it your way."
        return _draw(request, frame, form, drafts.seen_of(came.draft), 409)
    messages.success(request, "Saved the rules" if came.done else "There was nothing to change: it is so already.")
    return HttpResponseRedirect(f"{frame['here']}rules/")


def _draw(request: PersonRequest, frame: dict[str, Any], form: Form, seen: str, status: int) -> HttpResponse:
    version = frame["draft"] or frame["live"]
    triggers = trigger_cards(version.definition if version else {})
    shown = {"form": form, "triggers": triggers, "sections": by_section(form), "folded_open": is_open, "seen": seen}
    return render(request, "automation/rules.html", frame | shown, status=status)
