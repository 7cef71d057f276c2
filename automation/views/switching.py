"""Switching an automation on and off: the list before publishing, a second person's word, pausing, putting away, deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from automation import switching
from automation.access import automations_for, enrollments_for
from automation.activating import NotReady, activate, approve, decline, is_asked
from automation.models import Automation, EnrollmentStatus
from automation.preflight import preflight
from automation.reading.figures import figures_of
from automation.reading.versions import sample_of
from automation.stopping import retry
from automation.views.frame import automation_or_404, framed
from crm.views.answering import counted, say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may

HOME = "/automations/"


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.activate")
def publish_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the list, how many people to expect and a sample of them; then switch it on, or ask for a second word."""
    one, now = automation_or_404(request, pk), timezone.now()
    if request.method != "POST":
        return _publish_page(request, one)
    try:
        done = activate(one, by=request.user, now=now, lock=_lock(request))
    except NotReady as problem:
        return _publish_page(request, one, str(problem))
    if done.published is None:
        messages.info(request, "It waits for a second person’s word. Everybody who may give it has been told.")
    else:
        messages.success(request, f"“{one.name}” is active with version {done.published.number}")
    return HttpResponseRedirect(f"{HOME}{pk}/")


def _publish_page(request: PersonRequest, one: Automation, problem: str = "") -> HttpResponse:
    shown = framed(request, one, "publish", problem=problem)
    draft = shown["draft"]
    if draft is None:
        messages.info(request, "There is no draft to publish.")
        return HttpResponseRedirect(f"{HOME}{one.pk}/")
    flight = preflight(one, draft, user=request.user, now=timezone.now())
    shown |= {"flight": flight, "asked": is_asked(draft), "mine": draft.asked_by_id == request.user.pk}
    shown["sample"] = sample_of(request.user, flight.forecast.sample if flight.forecast else [])
    return render(request, "automation/publish.html", shown, status=422 if problem else 200)


@require_POST
@may("automations.activate")
def approve_now(request: PersonRequest, pk: int) -> HttpResponse:
    """Give the second word."""
    one = automation_or_404(request, pk)
    try:
        approve(one, by=request.user, now=timezone.now(), lock=_lock(request))
    except NotReady as problem:
        return _publish_page(request, one, str(problem))
    messages.success(request, f"“{one.name}” is active")
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_POST
@may("automations.activate")
def decline_now(request: PersonRequest, pk: int) -> HttpResponse:
    """Refuse the second word, or take one's own request back."""
    one = automation_or_404(request, pk)
    try:
        decline(one, by=request.user, now=timezone.now(), why=request.POST.get("why", ""))
    except NotReady as problem:
        return _publish_page(request, one, str(problem))
    messages.success(request, "It stays a draft")
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.activate")
def pause_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Say what pausing does and how many it holds, and pause."""
    return _ask_first(request, pk, "pause")


@require_POST
@may("automations.activate")
def resume_now(request: PersonRequest, pk: int) -> HttpResponse:
    """Let it go on."""
    one = automation_or_404(request, pk)
    say(request, switching.resume(_only(request, pk), by=request.user, now=timezone.now()), f"“{one.name}” goes on")
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.activate")
def archive_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask what becomes of those inside, and put it away."""
    return _ask_first(request, pk, "archive")


@require_POST
@may("automations.activate")
def restore_now(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it out again."""
    one = automation_or_404(request, pk)
    result = switching.restore(_only(request, pk), by=request.user, now=timezone.now())
    say(request, result, f"“{one.name}” is there again")
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("automations.activate")
def delete_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask what becomes of those inside, and delete it."""
    return _ask_first(request, pk, "delete")


def _ask_first(request: PersonRequest, pk: int, what: str) -> HttpResponse:
    one, now = automation_or_404(request, pk), timezone.now()
    if request.method == "POST":
        inside: Any = "stop" if request.POST.get("inside") == "stop" else "finish"
        if what == "pause":
            say(request, switching.pause(_only(request, pk), by=request.user, now=now), f"“{one.name}” is paused")
        elif what == "archive":
            result = switching.archive(_only(request, pk), inside=inside, by=request.user, now=now)
            say(request, result, f"“{one.name}” is put away")
        else:
            result = switching.delete(_only(request, pk), inside=inside, by=request.user, now=now)
            say(request, result, f"Deleted “{one.name}”")
            return HttpResponseRedirect(HOME)
        return HttpResponseRedirect(f"{HOME}{pk}/")
    shown = {
        "automation": one,
        "what": what,
        "figures": figures_of([pk])[pk],
        "used_in": switching.in_use_elsewhere(one) if what != "pause" else [],
    }
    return render(request, "automation/ask_first.html", shown)


def _only(request: PersonRequest, pk: int) -> Any:
    return automations_for(request.user).filter(pk=pk)


@require_POST
@may("automations.enroll")
def retry_all(request: PersonRequest, pk: int) -> HttpResponse:
    """Have the step that failed tried again for everybody who stands still at one, of those whom the person may see."""
    one = automation_or_404(request, pk)
    parked = enrollments_for(request.user).filter(automation=one, status=EnrollmentStatus.FAILED)
    done = retry(parked, by=request.user, now=timezone.now())
    say(request, done, f"Tried again for {counted(len(done.done))}")
    return HttpResponseRedirect(back(request, f"{HOME}{pk}/"))


def _lock(request: PersonRequest) -> int | None:
    found = ids_in(request.POST.get("lock", ""))
    return found[0] if found else None
