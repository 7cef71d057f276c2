"""The import wizard: a file, what its columns mean, a dry run, the import with its progress, and the way back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import imports_for
from crm.countries import country_choices
from crm.importing.plan import BadMapping
from crm.importing.presets import presets
from crm.importing.records.kinds import kinds
from crm.importing.starting import (
    allowed_kinds,
    drop,
    guess_again,
    queue_import,
    queue_undo,
    read_again,
    take_as,
    take_in,
)
from crm.importing.text_files import ENCODINGS, Unreadable
from crm.importing.undoing import can_undo
from crm.models import ImportBatch
from crm.models.import_batch import ImportState
from crm.reading.paging import Sort, page_of
from crm.views.asking import BIGGEST, part_asked
from crm.views.guard import PersonRequest, may
from crm.views.import_forms import (
    asks_shown,
    asks_unanswered,
    columns_shown,
    sent_mapping,
    sent_options,
    sent_treatment,
    targets_of,
    treatments,
    words_shown,
)

OPEN = (ImportState.UPLOADED, ImportState.CHECKED)
_BY_ROW = Sort("problems", ("row",))


@require_GET
@may("contacts.import")
def imports_page(request: PersonRequest) -> HttpResponse:
    """List the imports that this person may see, the newest first."""
    rows = imports_for(request.user).select_related("created_by").order_by("-pk")[:100]
    return render(request, "crm/imports.html", {"imports": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.import")
def new_import(request: PersonRequest) -> HttpResponse:
    """Take a file, or say what is wrong with it."""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        preset, kind = request.POST.get("preset", ""), request.POST.get("kind", "")
        try:
            if file is None:
                raise Unreadable("Choose a file first.")
            if file.size and file.size > settings.IMPORT_MAX_BYTES:
                raise Unreadable(
                    f"The file has {file.size / 1e6:,.0f} MB; at most {settings.IMPORT_MAX_BYTES / 1e6:,.0f} MB can be imported at once."
                )
            batch = take_in(
                file,
                file.name or "file",
                by=request.user,
                now=timezone.now(),
                preset=preset if preset in presets() else "",
                kind=kind if kind in allowed_kinds(request.user) else "",
            )
            return HttpResponseRedirect(f"/imports/{batch.pk}/")
        except Unreadable as bad:
            problem = str(bad)
    shown = {
        "problem": problem,
        "presets": [(one.name, one.title) for one in presets().values()],
        "kinds": [*allowed_kinds(request.user).items()],
        "most": settings.IMPORT_MAX_BYTES,
    }
    return render(request, "crm/import_new.html", shown, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.import")
def mapping(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what the columns were taken for; then check the file, or import it."""
    batch = _one(request, pk)
    if batch.state not in OPEN:
        return HttpResponseRedirect(f"/imports/{pk}/result/")
    problem, wrong = "", dict[str, str]()
    chosen = dict(batch.mapping)
    preset = request.GET.get("preset", "")
    if preset in presets():
        chosen = {guess.heading: guess.target for guess in guess_again(batch, preset=preset)}
    if request.method == "POST" and request.POST.get("step") == "kind":
        problem = _take_as(request, batch)
        if not problem:
            return HttpResponseRedirect(f"/imports/{pk}/")
    elif request.method == "POST" and request.POST.get("step") == "read":
        problem = _read_again(batch, request.POST.get("encoding", ""))
        if not problem:
            return HttpResponseRedirect(f"/imports/{pk}/")
    elif request.method == "POST":
        chosen = sent_mapping(batch, request.POST)
        wrong = asks_unanswered(batch, chosen, request.POST)
        try:
            if batch.kind not in allowed_kinds(request.user):
                raise BadMapping("You may not add records of this kind; ask an administrator.")
            if wrong:
                raise BadMapping("Something more has to be said before the rows can be read.")
            queue_import(
                batch,
                mapping=chosen,
                on_duplicate=sent_treatment(batch, request.POST),
                options=sent_options(batch, request.POST),
                dry_run=request.POST.get("step") != "import",
                now=timezone.now(),
            )
            return HttpResponseRedirect(f"/imports/{pk}/result/")
        except BadMapping as bad:
            problem = str(bad)
    shown = {
        "batch": batch,
        "columns": columns_shown(batch, chosen),
        "problem": problem,
        "targets": targets_of(batch, request.user),
        "words": words_shown(batch),
        "asks": asks_shown(batch, request.POST, wrong),
        "kinds": [*allowed_kinds(request.user).items()],
        "on_duplicate": treatments(batch),
        "empty_words": "; ".join(batch.options.get("empty_words", [])),
        "countries": country_choices(),
        "encodings": [*({batch.encoding: batch.encoding.upper()} | ENCODINGS).items()] if batch.encoding else [],
        "presets": [(one.name, one.title) for one in presets().values()],
        "preset": preset or batch.preset,
    }
    return render(request, "crm/import_mapping.html", shown, status=422 if problem else 200)


@never_cache
@require_GET
@may("contacts.import")
def result(request: PersonRequest, pk: int) -> HttpResponse:
    """Show how far the check or import is, and in the end what came of it, with every bad row."""
    batch = _one(request, pk)
    rows = batch.problems.all()
    page = page_of(
        rows,
        _BY_ROW,
        ("row", "column", "reason", "left_out", "read_as"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=100,
    )
    working = batch.state in (ImportState.QUEUED, ImportState.RUNNING)
    total = batch.rows or batch.options.get("about_rows") or 0
    shown = {
        "batch": batch,
        "page": page,
        "working": working,
        "dry_run": bool(batch.options.get("dry_run")),
        "undoing": bool(batch.options.get("undo")),
        "total": max(total, batch.rows_done, 1),
        "may_undo": not working and can_undo(batch),
        "left_out": rows.filter(left_out=True, read_as=False).values("row").distinct().count() if not working else 0,
        "address": kinds()[batch.kind].address if batch.kind in kinds() else f"/contacts/?import={batch.pk}",
    }
    return render(
        request,
        "crm/_import_progress.html" if part_asked(request) == "import" else "crm/import_result.html",
        shown,
    )


@require_POST
@may("contacts.import")
def undo(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    batch = _one(request, pk)
    if can_undo(batch):
        queue_undo(batch, by=request.user, now=timezone.now())
    else:
        messages.info(request, "There is nothing left to take back.")
    return HttpResponseRedirect(f"/imports/{pk}/result/")


@require_POST
@may("contacts.import")
def discard(request: PersonRequest, pk: int) -> HttpResponse:
    """Forget an uploaded file that was not imported."""
    batch = _one(request, pk)
    if batch.state in OPEN:
        drop(batch)
        messages.success(request, f"Forgot {batch.file_name}; nothing was imported.")
    return HttpResponseRedirect("/imports/")


def _one(request: PersonRequest, pk: int) -> ImportBatch:
    found = imports_for(request.user).filter(pk=pk if pk <= BIGGEST else 0).first()
    if found is None:
        raise Http404("There is no such import here.")
    return found


def _take_as(request: PersonRequest, batch: ImportBatch) -> str:
    """Take the file for one of another kind of records; returns what is wrong with that."""
    kind = request.POST.get("kind", "")
    if kind not in allowed_kinds(request.user):
        return "You may not add records of this kind; ask an administrator."
    try:
        take_as(batch, kind=kind)
    except Unreadable as bad:
        return str(bad)
    return ""


def _read_again(batch: ImportBatch, encoding: str) -> str:
    """Read the file as the person says; returns what is wrong with that."""
    try:
        if encoding not in ENCODINGS:
            raise Unreadable("Choose one of the encodings.")
        read_again(batch, encoding=encoding)
    except Unreadable as bad:
        return str(bad)
    return ""
