"""Settings of deals: pipelines with their stages, and reasons for the end of a deal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import pipelines_for
from crm.deals import pipelines as verbs
from crm.deals.forms import all_reasons
from crm.deals.views.settings_forms import PipelineForm, ReasonForm, StageForm
from crm.models import CloseReason, Pipeline, Stage
from crm.models.deal import PipelineQuerySet
from crm.views.asking import BIGGEST, ids_in
from crm.views.guard import PersonRequest, may

HOME = "/settings/pipelines/"


@may("settings.manage")
@require_safe
def pipelines(request: PersonRequest) -> HttpResponse:
    """Show every pipeline with its stages, and the reasons."""
    found = list(pipelines_for(request.user).prefetch_related("stages"))
    shown = {"pipelines": found, "standing": verbs.standing_in(found), "reasons": all_reasons()}
    return render(request, "crm/deals/settings/pipelines.html", shown)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def pipeline(request: PersonRequest, pk: int = 0) -> HttpResponse:
    """Make a pipeline, or rename one."""
    existing = _rows(request, pk).first() if pk else None
    if pk and existing is None:
        raise Http404("There is no such pipeline.")
    form = PipelineForm(request.POST or None, initial={"name": existing.name} if existing else None)
    if form.is_valid():
        try:
            if existing:
                verbs.rename_pipeline(_rows(request, pk), name=form.cleaned_data["name"])
            else:
                verbs.make_pipeline(form.cleaned_data["name"])
        except verbs.BadPipeline as problem:
            form.add_error(problem.field or None, str(problem))
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(HOME)
    shown = {"form": form, "title": existing.name if existing else "New pipeline", "action": request.path}
    return render(request, "crm/deals/settings/entry.html", shown, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def archive_pipeline(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a pipeline away, or use it again."""
    found = _pipeline(request, pk)
    try:
        if found.archived_at:
            verbs.bring_back_pipelines(_rows(request, pk))
        else:
            verbs.archive_pipelines(_rows(request, pk), now=timezone.now())
        messages.success(request, f"{'In use again' if found.archived_at else 'Put away'}: {found.name}")
    except verbs.BadPipeline as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(HOME)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: PersonRequest, pk: int, stage_id: int = 0) -> HttpResponse:
    """Add a stage to a pipeline, or change one."""
    line = _pipeline(request, pk)
    existing = _stage(line, stage_id) if stage_id else None
    form = StageForm(request.POST or None, existing=existing)
    if form.is_valid():
        said = form.cleaned_data
        values = verbs.StageValues(said["name"], said["kind"], said.get("probability") or 0, said.get("rotting_days"))
        try:
            if existing:
                verbs.change_stage(line.stages.filter(pk=existing.pk), values, now=timezone.now())
            else:
                verbs.add_stage(line, values)
        except verbs.BadPipeline as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(HOME)
    title = existing.name if existing else f"New stage of {line.name}"
    shown = {"form": form, "title": title, "action": request.path}
    return render(request, "crm/deals/settings/entry.html", shown, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def shift_stage(request: PersonRequest, pk: int, stage_id: int) -> HttpResponse:
    """Move a stage up or down."""
    line = _pipeline(request, pk)
    found = _stage(line, stage_id)
    verbs.shift_stage(line.stages.filter(pk=found.pk), by=-1 if request.POST.get("way") == "up" else 1)
    return HttpResponseRedirect(HOME)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def archive_stage(request: PersonRequest, pk: int, stage_id: int) -> HttpResponse:
    """Ask where the deals of a stage go, then put it away; or use it again."""
    line = _pipeline(request, pk)
    found = _stage(line, stage_id)
    standing = verbs.standing_in([line]).get(found.pk, 0)
    error = ""
    if request.method == "POST":
        try:
            if found.archived_at:
                verbs.bring_back_stage(line.stages.filter(pk=found.pk))
                messages.success(request, f"In use again: {found.name}")
                return HttpResponseRedirect(HOME)
            to = line.stages.filter(pk__in=ids_in(request.POST.get("to", ""))[:1]).first()
            moved = verbs.archive_stage(line.stages.filter(pk=found.pk), to=to, by=request.user, now=timezone.now())
            words = f"; {moved:,} deals moved to {to.name}" if moved and to else ""
            messages.success(request, f"Put away: {found.name}{words}")
            return HttpResponseRedirect(HOME)
        except verbs.BadPipeline as problem:
            error = str(problem)
    others = line.stages.filter(kind="open", archived_at__isnull=True).exclude(pk=found.pk)
    shown = {
        "line": line,
        "stage": found,
        "standing": standing,
        "others": [(one.pk, one.name) for one in others],
        "error": error,
    }
    return render(request, "crm/deals/settings/archive_stage.html", shown, status=422 if error else 200)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: PersonRequest, kind: str = "", pk: int = 0) -> HttpResponse:
    """Add a reason, or reword one."""
    existing = next((one for one in all_reasons() if one.pk == pk), None) if pk else None
    if (pk and existing is None) or (not pk and kind not in ("won", "lost")):
        raise Http404("There is no such reason.")
    form = ReasonForm(request.POST or None, initial={"label": existing.label} if existing else None)
    if form.is_valid():
        try:
            if existing:
                verbs.change_reason(existing.pk, label=form.cleaned_data["label"])
            else:
                verbs.add_reason(kind=kind, label=form.cleaned_data["label"])
        except verbs.BadPipeline as problem:
            form.add_error("label", str(problem))
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(HOME)
    shown = {"form": form, "title": _reason_title(existing, kind), "action": request.path}
    return render(request, "crm/deals/settings/entry.html", shown, status=422 if form.is_bound else 200)


def _reason_title(existing: CloseReason | None, kind: str) -> str:
    return existing.label if existing else f"Why deals are {kind}"


@may("settings.manage")
@require_POST
def archive_reason(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a reason away, or use it again; deals keep it."""
    found = next((one for one in all_reasons() if one.pk == pk), None)
    if found is None:
        raise Http404("There is no such reason.")
    try:
        if found.archived_at:
            verbs.add_reason(kind=found.kind, label=found.label)
        else:
            verbs.archive_reasons([found.pk], now=timezone.now())
        messages.success(request, f"{'In use again' if found.archived_at else 'Put away'}: {found.label}")
    except verbs.BadPipeline as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(HOME)


def _rows(request: PersonRequest, pk: int) -> PipelineQuerySet:
    return pipelines_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)


def _pipeline(request: PersonRequest, pk: int) -> Pipeline:
    found = _rows(request, pk).first()
    if found is None:
        raise Http404("There is no such pipeline.")
    return found


def _stage(line: Pipeline, pk: int) -> Stage:
    found = line.stages.filter(pk=pk if pk <= BIGGEST else 0).first()
    if found is None:
        raise Http404("There is no such stage.")
    return found
