"""Moving a deal: to a stage, won, lost, open again. Each page asks what it needs and works without scripts."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import deals_for, pipelines_for
from crm.deals import moving
from crm.deals.board import stages_to_move_to
from crm.deals.forms import reasons_of
from crm.deals.views.finding import deal_or_404, version_in
from crm.models import CloseReason, Deal, Stage, StageKind
from crm.results import Result
from crm.views.answering import say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def move_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for the stage, or move there. `to` is a stage, perhaps with the version that was seen: "12" or "12.3"."""
    deal = deal_or_404(request.user, pk)
    if request.method == "POST":
        wanted, _, version = request.POST.get("to", "").partition(".")
        stage = _stage(request, wanted)
        if stage is None:
            say(request, Result(refused={pk: "There is no such stage."}), "")
            return HttpResponseRedirect(back(request, f"/deals/{pk}/"))
        if stage.kind == StageKind.LOST and deal.status != StageKind.LOST:
            return HttpResponseRedirect(f"/deals/{pk}/lose/?stage={stage.pk}")
        result = moving.move(
            deals_for(request.user).filter(pk=pk),
            to=stage,
            by=request.user,
            now=timezone.now(),
            versions=_versions(deal, version),
        )
        say(request, result, f"Moved {deal.name} to {stage.name}")
        return HttpResponseRedirect(back(request, f"/deals/{pk}/"))
    pipelines = stages_to_move_to(request.user)
    pipelines.sort(key=lambda pair: pair[0].pk != deal.pipeline_id)
    shown = {"deal": deal, "pipelines": pipelines, "next": back(request, "")}
    return render(request, "crm/deals/move.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def win_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask how it was won, which nobody must say, and win it."""
    return _close(request, pk, StageKind.WON)


@require_http_methods(["GET", "HEAD", "POST"])
@may("deals.edit")
def lose_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask why it was lost, and lose it."""
    return _close(request, pk, StageKind.LOST)


def _close(request: PersonRequest, pk: int, kind: StageKind) -> HttpResponse:
    deal = deal_or_404(request.user, pk)
    reasons = reasons_of(kind)
    given = request.POST if request.method == "POST" else request.GET
    error = ""
    if request.method == "POST":
        reason = next((one for one in reasons if str(one.pk) == given.get("reason")), None)
        try:
            result = _end(request, deal, kind, reason, given)
        except moving.ReasonNeeded as problem:
            error = str(problem)
        else:
            say(request, result, f"{'Won' if kind == StageKind.WON else 'Lost'} {deal.name}")
            return HttpResponseRedirect(back(request, f"/deals/{pk}/"))
    shown = {
        "deal": deal,
        "kind": kind.value,
        "reasons": [(one.pk, one.label) for one in reasons],
        "reason": given.get("reason", ""),
        "note": given.get("note", "")[:500],
        "stage": given.get("stage", ""),
        "error": error,
        "next": back(request, ""),
    }
    return render(request, "crm/deals/close.html", shown, status=422 if error else 200)


def _end(
    request: PersonRequest, deal: Deal, kind: StageKind, reason: CloseReason | None, given: Mapping[str, str]
) -> Result:
    """Put the deal in the stage that was asked for, else in the pipeline's own. Raises ReasonNeeded."""
    rows, now = deals_for(request.user).filter(pk=deal.pk), timezone.now()
    stage = _stage(request, given.get("stage", ""))
    note, versions = given.get("note", "")[:500], _versions(deal, given.get("version", ""))
    if stage is not None and stage.kind == kind:
        return moving.move(rows, to=stage, by=request.user, now=now, reason=reason, note=note, versions=versions)
    verb = moving.win if kind == StageKind.WON else moving.lose
    return verb(rows, by=request.user, now=now, reason=reason, note=note, versions=versions)


@require_POST
@may("deals.edit")
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    """Open a won or lost deal again."""
    deal = deal_or_404(request.user, pk)
    result = moving.reopen(deals_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    say(request, result, f"Opened {deal.name} again")
    return HttpResponseRedirect(back(request, f"/deals/{pk}/"))


def _stage(request: PersonRequest, text: str) -> Stage | None:
    wanted = ids_in(text)[:1]
    return (
        next((one for line in pipelines_for(request.user).filter(stages__in=wanted)
              for one in line.stages.filter(pk__in=wanted)), None)
        if wanted
        else None
    )  # fmt: skip


def _versions(deal: Deal, text: str) -> dict[int, int] | None:
    version = version_in(text)
    return None if version is None else {deal.pk: version}
