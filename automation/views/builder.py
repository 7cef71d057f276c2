"""The builder: the steps as a tree, and as a list that does the same; one address for its buttons, one for each form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation import drafts
from automation.building.forms import Form, form_from
from automation.building.line_page import UNITS, Line, line_from, offered, what
from automation.building.page import Selected, page_of, selected_in
from automation.building.saving import Asked, asked_for, model_for, step_saved, trigger_saved
from automation.editing import operations
from automation.editing.line import as_line, with_line
from automation.editing.raw import CannotEdit, copied
from automation.models import Automation, AutomationKind
from automation.reading.versions import draft_and_live
from automation.views.frame import automation_or_404, framed
from crm.views.asking import back
from crm.views.guard import PersonRequest, may

TEMPLATES = {
    "steps": "automation/steps.html",
    "tree": "automation/steps.html",
    "list": "automation/steps_list.html",
    "line": "automation/line.html",
}


@may("automations.view")
@require_safe
def steps_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the steps: of a workflow as a tree, of a sequence or playbook as a line, as long as it is one."""
    return _draw(request, automation_or_404(request, pk), "steps", selected_in(request.GET.dict()))


@may("automations.view")
@require_safe
def tree_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the steps of a sequence or playbook as the workflow that it is."""
    return _draw(request, automation_or_404(request, pk), "tree", selected_in(request.GET.dict()))


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def line(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the line of touches of a sequence or playbook."""
    automation, home = automation_or_404(request, pk), f"/automations/{pk}/"
    if request.method != "POST":
        return HttpResponseRedirect(home)
    given = line_from(request.POST, as_line(_definition(automation)) or [])
    if given.errors:
        return _draw(request, automation, "steps", Selected(), line=given, status=422)
    try:
        came = drafts.edit(
            automation,
            lambda now: with_line(now, given.touches),
            seen=_seen(request),
            said="Changed the line",
            by=request.user,
            now=timezone.now(),
        )
    except CannotEdit as problem:
        messages.warning(request, str(problem))
        return HttpResponseRedirect(home)
    return _went(request, came, Asked(copied, "", {}), home)


@may("automations.view")
@require_safe
def list_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the steps as a list."""
    return _draw(request, automation_or_404(request, pk), "list", selected_in(request.GET.dict()))


@require_POST
@may("automations.edit")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Do what a button of the builder says, and go back to where it was pressed."""
    automation, now, by = automation_or_404(request, pk), timezone.now(), request.user
    wanted = (request.POST.get("do") or request.GET.get("do", ""))[:300]
    home = _home(request, pk)
    if wanted in ("undo", "redo"):
        came = (drafts.undo if wanted == "undo" else drafts.redo)(automation, by=by, now=now)
        if came.said:
            messages.info(request, came.said)
        return HttpResponseRedirect(home)
    definition = _definition(automation)
    try:
        asked = asked_for(wanted, definition, request.POST.get("keep"))
        if wanted.startswith("delete:") and "keep" not in request.POST:
            step = wanted.removeprefix("delete:")
            if operations.must_choose(definition, step):
                return HttpResponseRedirect(f"{home}?{urlencode({'delete': step})}")
        came = drafts.edit(automation, asked.change, seen=_seen(request), said=asked.said, by=by, now=now)
    except CannotEdit as problem:
        messages.warning(request, str(problem))
        return HttpResponseRedirect(back(request, home))
    return _went(request, came, asked, home)


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def step_form(request: PersonRequest, pk: int, step: str) -> HttpResponse:
    """Take the settings of a step; what is wrong is said beside what was typed."""
    return _save(request, pk, "step", step)


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def trigger_form(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """Take the settings of a trigger."""
    return _save(request, pk, "trigger", str(number))


def _save(request: PersonRequest, pk: int, what: str, value: str) -> HttpResponse:
    automation, home = automation_or_404(request, pk), _home(request, pk)
    address = f"{home}?{urlencode({what: value})}"
    if request.method != "POST":
        return HttpResponseRedirect(address)
    tab = {"list": "list", "tree": "tree"}.get(home.split("/")[-2], "steps")
    selected = Selected(what, value)
    try:
        model, stored = model_for(_definition(automation), what, value)
        fixed = {name: stored[name] for name in operations.KEPT if name in stored}
        form = form_from(model, request.POST, request.user, fixed=fixed)
        if not form.good:
            return _draw(request, automation, tab, selected, form, status=200 if form.acted else 422)
        change = (
            step_saved(value, form.settings, request.POST.get("goes_to"))
            if what == "step"
            else trigger_saved(int(value), form.settings)
        )
        said = f"Changed {'the trigger ' if what == 'trigger' else ''}{model.title}"
        came = drafts.edit(automation, change, seen=_seen(request), said=said, by=request.user, now=timezone.now())
    except CannotEdit as problem:
        messages.warning(request, str(problem))
        return HttpResponseRedirect(address)
    if came.stale:
        form.errors[""] = "Meanwhile: " + " ".join(came.stale) + " Look at it, then save again to have it your way."
        return _draw(request, automation, tab, selected, form, status=409)
    return HttpResponseRedirect(address)


def _draw(
    request: PersonRequest,
    automation: Automation,
    tab: str,
    selected: Selected,
    form: Form | None = None,
    line: Line | None = None,
    status: int = 200,
) -> HttpResponse:
    frame: dict[str, Any] = framed(request, automation, "steps" if tab == "tree" else tab)
    shown = page_of(request.user, automation, frame["draft"], frame["live"], selected, form)
    shown["address"] = frame["here"] + {"list": "list/", "tree": "tree/"}.get(tab, "")
    shown["plain"] = automation.kind != AutomationKind.WORKFLOW
    if tab == "steps" and shown["plain"]:
        touches = line.touches if line else as_line(shown["definition"])
        if touches is not None:
            shown |= {"touches": touches, "line": line, "offered": offered(), "units": UNITS, "what": what}
            tab = "line"
    return render(request, TEMPLATES[tab], frame | shown, status=status)


def _definition(automation: Automation) -> dict[str, Any]:
    draft, live = draft_and_live(automation)
    version = draft or live
    return copied(version.definition if version else {})


def _seen(request: PersonRequest) -> str:
    return (request.POST.get("seen") or request.GET.get("seen", ""))[:60]


def _home(request: PersonRequest, pk: int) -> str:
    """The tree or the list, whichever was left."""
    here = f"/automations/{pk}/"
    left = back(request, here).partition("?")[0]
    return left if left in (f"{here}list/", f"{here}tree/") else here


def _went(request: PersonRequest, came: drafts.Edited, asked: Asked, home: str) -> HttpResponse:
    if came.stale:
        messages.warning(
            request, "Meanwhile: " + " ".join(came.stale) + " Nothing of yours was done; look, then do it again."
        )
        return HttpResponseRedirect(home)
    if came.done and asked.loses:
        messages.success(request, asked.said, extra_tags=f"undo:/automations/{came.draft.automation_id}/edit/?do=undo")
    query = f"?{urlencode(asked.selects)}" if came.done and asked.selects else ""
    return HttpResponseRedirect(f"{home}{query}")
