"""The versions of an automation: what each did otherwise, who is inside which, moving them, and going back to an old one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.building.cards import record_names
from automation.definition.difference import called, compare
from automation.models import Automation, AutomationVersion
from automation.moving import LEAVE, SAME, STAY, CannotMove, move, people_in, standing
from automation.publishing import go_back
from automation.reading.versions import version_of, versions_of
from automation.views.frame import automation_or_404, framed
from crm.views.guard import PersonRequest, may

HOME = "/automations/"


@may("automations.view")
@require_safe
def versions_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the versions, the newest first, each with who is inside and what it does otherwise than the one before."""
    one = automation_or_404(request, pk)
    rows, people = versions_of(one), people_in(one)
    names = record_names(version.definition for version in rows)
    shown = [
        {
            "version": version,
            "people": people.get(version.pk, 0),
            "difference": compare(before.definition, version.definition, names) if before else None,
            "live": version.pk == one.live_id,
        }
        for version, before in zip(rows, [*rows[1:], None], strict=True)
    ]
    return render(request, "automation/versions.html", framed(request, one, "versions", rows=shown))


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.activate")
def move_page(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """Ask, step by step, what becomes of those inside an old version, and move them."""
    one = automation_or_404(request, pk)
    old = _version_or_404(one, number)
    if one.live is None or one.live_id == old.pk:
        messages.info(request, "They are in the live version already.")
        return HttpResponseRedirect(f"{HOME}{pk}/versions/")
    rows, problem = standing(old, one.live), ""
    if request.method == "POST":
        choices = {row.step: request.POST.get(f"step-{row.step}", STAY) for row in rows}
        try:
            done = move(one, old, choices=choices, by=request.user, now=timezone.now())
        except CannotMove as bad:
            problem = str(bad)
        else:
            said = f"Moved {done.moved:,}" + (f", took {done.left:,} out" if done.left else "")
            messages.success(request, f"{said}; the others finish version {old.number}")
            return HttpResponseRedirect(f"{HOME}{pk}/versions/")
    options = [(step["id"], f"To “{called(step)}”") for step in one.live.definition.get("steps", ())]
    shown = {
        "old": old,
        "rows": [(row, _options(row.same, old, options)) for row in rows],
        "problem": problem,
        "same": SAME,
    }
    page = framed(request, one, "versions", **shown)
    return render(request, "automation/move.html", page, status=422 if problem else 200)


def _options(same: bool, old: AutomationVersion, others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    own = [(SAME, "Go on at the same step of the new version")] if same else []
    return [*own, (STAY, f"Finish version {old.number}"), *others, (LEAVE, "Leave the automation")]


@require_POST
@may("automations.edit")
def go_back_now(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """Make the draft what an old version was; it is published like any other."""
    one = automation_or_404(request, pk)
    old = _version_or_404(one, number)
    draft = go_back(one, old, by=request.user, now=timezone.now())
    messages.success(request, f"Version {draft.number}, in the making, is what version {old.number} was")
    return HttpResponseRedirect(f"{HOME}{pk}/publish/" if request.user.can("automations.activate") else f"{HOME}{pk}/")


def _version_or_404(one: Automation, number: int) -> AutomationVersion:
    found = version_of(one, number)
    if found is None:
        raise Http404("There is no such version.")
    return found
