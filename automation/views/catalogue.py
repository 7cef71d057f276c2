"""All automations; a new one, another name, a copy."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from automation.access import automations_for
from automation.making import BadAutomation, duplicate, good_name, rename
from automation.models import AutomationKind
from automation.publishing import create
from automation.reading.listing import SHOWN, automation_page, wanted_by
from automation.reading.parked import parked_for
from automation.views.frame import automation_or_404
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made

HOME = "/automations/"
#: The kinds to begin with: value, name, what it is good for, icon.
BLANK = (
    (AutomationKind.WORKFLOW, "Workflow", "Anything: a trigger, then steps, waits and branches.", "workflow"),
    (AutomationKind.SEQUENCE, "Sequence", "A line of messages and calls over days; ends when they answer.", "list-checks"),
    (AutomationKind.PLAYBOOK, "Playbook", "One rule: when this happens, wait so long, then do that.", "book-open"),
)  # fmt: skip


@may("automations.view")
@require_safe
def list_page(request: PersonRequest) -> HttpResponse:
    """Show the automations by name, with their state and who is inside."""
    given = request.GET
    wanted = wanted_by(given.get("q", ""), given.get("state", ""), given.get("kind", ""))
    page = automation_page(request.user, wanted, after=given.get("after", ""), before=given.get("before", ""))
    shown = {
        "page": page,
        "wanted": wanted,
        "states": SHOWN,
        "kinds": [("", "All kinds"), *AutomationKind.choices],
        "may_edit": request.user.can("automations.edit"),
        "parked": parked_for(request.user).count() if request.user.can("contacts.view") else 0,
    }
    return render(request, "automation/list.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def new(request: PersonRequest) -> HttpResponse:
    """Ask for a name and a kind, make the automation, and open it."""
    given = request.POST
    kind = given.get("kind") or request.GET.get("kind", "")
    shown: dict[str, Any] = {"kind": kind if kind in AutomationKind.values else AutomationKind.WORKFLOW, "kinds": BLANK}
    if request.method != "POST":
        return render(request, "automation/new.html", shown | {"name": "", "error": "", "once": new_number()})
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or HOME)
    try:
        name = good_name(given.get("name", ""))
    except BadAutomation as bad:
        again(request)
        shown |= {"name": given.get("name", "")[:500], "error": str(bad), "once": given.get("once", "")}
        return render(request, "automation/new.html", shown, status=422)
    made = create(name=name, definition={}, by=request.user, now=timezone.now(), kind=shown["kind"])
    remember_made(request, f"{HOME}{made.pk}/")
    return HttpResponseRedirect(f"{HOME}{made.pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def rename_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for another name and description, and keep them."""
    one = automation_or_404(request, pk)
    shown: dict[str, Any] = {"automation": one, "name": one.name, "description": one.description, "errors": {}}
    if request.method != "POST":
        return render(request, "automation/rename.html", shown)
    name, description = request.POST.get("name", ""), request.POST.get("description", "")
    try:
        rename(automations_for(request.user).filter(pk=pk), name=name, description=description, now=timezone.now())
    except BadAutomation as bad:
        shown |= {"name": name[:500], "description": description[:5_000], "errors": dict(bad.problems)}
        return render(request, "automation/rename.html", shown, status=422)
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.edit")
def duplicate_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for the name of a copy, make it, and open it."""
    one = automation_or_404(request, pk)
    shown = {"automation": one, "name": f"Copy of {one.name}"[:120], "error": "", "once": new_number()}
    if request.method != "POST":
        return render(request, "automation/duplicate.html", shown)
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or HOME)
    try:
        made = duplicate(one, name=request.POST.get("name", ""), by=request.user, now=timezone.now())
    except BadAutomation as bad:
        again(request)
        shown |= {"name": request.POST.get("name", "")[:500], "error": str(bad), "once": request.POST.get("once", "")}
        return render(request, "automation/duplicate.html", shown, status=422)
    remember_made(request, f"{HOME}{made.pk}/")
    messages.success(request, f"Made “{made.name}”: a draft, with nobody inside")
    return HttpResponseRedirect(f"{HOME}{made.pk}/")
