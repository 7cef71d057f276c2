"""The organisation's kinds of document and kinds of case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.documents import catalogue
from crm.documents.catalogue import Item
from crm.documents.forms import CaseForm, KindForm
from crm.documents.requesting import BadDocument
from crm.models import CaseKind, DocumentKind
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest, may

HOME = "/settings/documents/"


@may("settings.manage")
@require_safe
def contents(request: PersonRequest) -> HttpResponse:
    """Show the kinds of document and of case, and those that were put away."""
    shown = {
        "kinds": catalogue.counted_kinds(archived=False),
        "old_kinds": catalogue.counted_kinds(archived=True),
        "cases": catalogue.cases(),
        "old_cases": catalogue.put_away_cases(),
    }
    return render(request, "crm/documents/settings/contents.html", shown)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def kind(request: PersonRequest, kind_id: int = 0) -> HttpResponse:
    """Make a kind of document, or change one."""
    existing = _kind(kind_id) if kind_id else None
    form = KindForm.of(existing, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            saved = catalogue.save_kind(existing, **form.cleaned_data)
            messages.success(request, f"Saved {saved.name}")
            return HttpResponseRedirect(HOME)
        except BadDocument as problem:
            form.refuse({problem.field: str(problem)})
    shown = {"form": form, "existing": existing}
    return render(request, "crm/documents/settings/kind.html", shown, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: PersonRequest, case_id: int = 0) -> HttpResponse:
    """Make a kind of case with its checklist, or change one."""
    existing = _case(case_id) if case_id else None
    initial = {"name": existing.name, "description": existing.description} if existing else {}
    form = CaseForm(request.POST if request.method == "POST" else None, initial=initial)
    rows = [_row(one, existing, request.POST if form.is_bound else None) for one in catalogue.kinds()]
    if form.is_bound and form.is_valid():
        try:
            items = [Item(row["kind"].pk, bool(row["required"]), _days(row["days"])) for row in rows if row["chosen"]]
            saved = catalogue.save_case(existing, items=items, **form.cleaned_data)
            messages.success(request, f"Saved {saved.name}")
            return HttpResponseRedirect(HOME)
        except BadDocument as problem:
            form.refuse({problem.field: str(problem)})
    shown = {"form": form, "existing": existing, "rows": rows}
    return render(request, "crm/documents/settings/case.html", shown, status=422 if form.is_bound else 200)


def _row(one: DocumentKind, existing: CaseKind | None, said: Any) -> dict[str, Any]:
    """A line of the form: as typed, else as stored, else not chosen."""
    if said is not None:
        return {
            "kind": one,
            "chosen": f"item-{one.pk}" in said,
            "required": f"required-{one.pk}" in said,
            "days": said.get(f"days-{one.pk}", "")[:10],
        }
    item = next((item for item in existing.items.all() if item.kind_id == one.pk), None) if existing else None
    days = item.due_days if item and item.due_days is not None else ""
    return {"kind": one, "chosen": item is not None, "required": item is None or item.required, "days": days}


def _days(said: str) -> int | None:
    said = said.strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 6):
        raise BadDocument("Days are whole numbers.", "items")
    return int(said)


@may("settings.manage")
@require_POST
def archive_kind(request: PersonRequest, kind_id: int) -> HttpResponse:
    """Put a kind away, or bring it back."""
    found = _kind(kind_id)
    return _archived(request, catalogue.all_kinds().filter(pk=found.pk), found.name, away=found.archived_at is None)


@may("settings.manage")
@require_POST
def archive_case(request: PersonRequest, case_id: int) -> HttpResponse:
    """Put a kind of case away, or bring it back."""
    found = _case(case_id)
    return _archived(request, catalogue.all_cases().filter(pk=found.pk), found.name, away=found.archived_at is None)


def _archived(request: PersonRequest, rows: Any, name: str, *, away: bool) -> HttpResponse:
    catalogue.put_away(rows, now=timezone.now() if away else None)
    messages.success(request, f"Put {name} away. What was asked for stays." if away else f"{name} is back")
    return HttpResponseRedirect(HOME)


def _kind(pk: int) -> DocumentKind:
    found = catalogue.all_kinds().filter(pk=pk if pk <= BIGGEST else 0).first()
    if found is None:
        raise Http404("There is no such kind of document.")
    return found


def _case(pk: int) -> CaseKind:
    found = catalogue.all_cases().filter(pk=pk if pk <= BIGGEST else 0).first()
    if found is None:
        raise Http404("There is no such kind of case.")
    return found
