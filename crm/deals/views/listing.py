"""The deals as a table: filters and order in the address, pages by key, export."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access import deals_for, people_for, pipelines_for, products_for
from crm.deals.exporting import export_rows
from crm.deals.filters import STATUSES, narrow
from crm.deals.rows import COLUMNS, deal_page, sort_of
from crm.exporting import csv_lines, xlsx_file
from crm.facets import Asking
from crm.reading.paging import some
from crm.views.guard import PersonRequest, may


@may("deals.view")
@require_safe
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the deals that the address describes."""
    now, user, given = timezone.now(), request.user, request.GET
    filtered = narrow(deals_for(user), given, Asking(user, now))
    sort = sort_of(given.get("sort", ""))
    page = deal_page(filtered.deals, sort, user, now, after=given.get("after", ""), before=given.get("before", ""))
    count, more = some(filtered.deals)
    kept = _kept(given)
    shown = {
        "page": page,
        "filtered": filtered,
        "count": count,
        "more": more,
        "columns": [_heading(label, name, sort.name, kept) for label, name in COLUMNS],
        "here": urlencode(kept),
        "views": _views(filtered.given),
        "now": now,
        "may_edit": user.can("deals.edit"),
        "may_export": user.can("contacts.export"),
    }
    return render(request, "crm/deals/list.html", shown)


@may("deals.view")
@require_safe
def filter_page(request: PersonRequest) -> HttpResponse:
    """Ask which deals to list, starting from the filters in force."""
    user = request.user
    pipelines = list(pipelines_for(user).prefetch_related("stages"))
    shown = {
        "given": request.GET,
        "statuses": list(STATUSES.items()),
        "people": [(one.pk, one.name) for one in people_for(user).workers().order_by("full_name", "email")],
        "pipelines": [(one.pk, one.name) for one in pipelines],
        "stages": [(stage.pk, f"{one.name}: {stage.name}") for one in pipelines for stage in one.stages.all()],
        "products": [(one.pk, one.name) for one in products_for(user)],
    }
    return render(request, "crm/deals/filter.html", shown)


@may("contacts.export")
@require_safe
def export(request: PersonRequest) -> HttpResponseBase:
    """Send the deals that the address describes, as CSV while they are read or as a workbook."""
    now = timezone.now()
    user = request.user
    deals = deals_for(user) if user.can("deals.view") else deals_for(user).none()
    rows = export_rows(narrow(deals, request.GET, Asking(user, now)).deals.order_by("pk"))
    name = f"deals-{timezone.localtime(now):%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        return FileResponse(xlsx_file(rows, "Deals"), as_attachment=True, filename=f"{name}.xlsx")
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """The address without its place in the pages."""
    return [(name, one) for name, values in given.lists() if name not in ("after", "before", "next") for one in values]


def _heading(label: str, name: str, sorted_by: str, kept: list[tuple[str, str]]) -> dict[str, object]:
    """A column's heading with the address that sorts by it."""
    if not name:
        return {"label": label}
    now_by = sorted_by.removeprefix("-") == name
    turned = name if now_by and sorted_by.startswith("-") else f"-{name}" if now_by else name
    way = ("descending" if sorted_by.startswith("-") else "ascending") if now_by else ""
    rest = [(one, value) for one, value in kept if one != "sort"]
    return {"label": label, "sort": "?" + urlencode([*rest, ("sort", turned)]), "sorted": way}


def _views(given: dict[str, list[str]]) -> list[dict[str, object]]:
    ready = [
        ("All", {}),
        ("Open", {"status": ["open"]}),
        ("Mine", {"status": ["open"], "owner": ["me"]}),
        ("Gone quiet", {"quiet": ["yes"]}),
        ("Past their day", {"expected": ["past"]}),
        ("Nothing planned", {"status": ["open"], "planned": ["no"]}),
        ("Won", {"status": ["won"]}),
        ("Lost", {"status": ["lost"]}),
    ]
    return [
        {"label": label, "href": "?" + urlencode(wanted, doseq=True), "current": wanted == given}
        for label, wanted in ready
    ]
