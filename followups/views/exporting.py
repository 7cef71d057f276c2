"""The list as a file: what the filters let through, all pages of it."""

from __future__ import annotations

from itertools import chain

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.exporting import csv_lines, xlsx_file
from crm.views.guard import PersonRequest, may
from crm.zones import zone
from followups.access import followups_for
from followups.exporting import export_rows
from followups.filters import apply
from followups.reading.day import BY_PRIORITY
from followups.reading.table import order_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@may("contacts.export")
def export(request: PersonRequest) -> StreamingHttpResponse | FileResponse:
    """Send the filtered list as CSV while it is being read, or as a workbook."""
    now, there = timezone.now(), zone(request.user.time_zone)
    filtered = apply(followups_for(request.user), request.GET, request.user, now)
    order = order_of(request.GET.get("sort", "due"))
    rows = export_rows(filtered.followups.annotate(weight=BY_PRIORITY).order_by(*order.by()), there)
    name = f"follow-ups {now.astimezone(there).date()}"
    if request.GET.get("format") == "xlsx":
        return FileResponse(
            xlsx_file(rows, "Follow-ups"), as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX
        )
    # Spreadsheets know by the mark at the beginning that it is UTF-8.
    return StreamingHttpResponse(
        chain(["\ufeff"], csv_lines(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
