"""The contact list: filters, order and columns in the address, pages by key, saved views, export."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import audiences_for, contacts_for, custom_fields_for, people_for, saved_views_for, tags_for, teams_for
from crm.countries import country_choices
from crm.exporting import csv_lines, export_rows, xlsx_file
from crm.filters import LIFECYCLES, Filtered, apply
from crm.models import User
from crm.reading.contact_rows import COLUMNS, columns_of, contact_page, headings, sort_of
from crm.reading.paging import some
from crm.vcard_export import cards
from crm.views.guard import PersonRequest, may

PAGE_NAME = "contacts"


@require_GET
@may("contacts.view")
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the list that the address describes."""
    now, user, given = timezone.now(), request.user, request.GET
    filtered = apply(contacts_for(user), given, user, now)
    own = list(custom_fields_for(user))
    sort, keys, names = sort_of(given.get("sort", "")), columns_of(given.getlist("columns"), own), headings(own)
    page = contact_page(
        filtered.contacts, sort, keys, now, own=own, after=given.get("after", ""), before=given.get("before", "")
    )
    count, more = some(filtered.contacts)
    kept = _kept(given)
    shown = {
        "page": page,
        "filtered": filtered,
        "count": count,
        "more": more,
        "keys": keys,
        "columns": [_heading(key, names[key], sort.name, given) for key in keys],
        "all_columns": [(key, heading) for key, heading in names.items() if key != "name"],
        "kept": kept,
        "here": urlencode(kept),
        "view_links": _views(user, filtered),
        "own_views": saved_views_for(user, PAGE_NAME).filter(owner=user),
        "now": now,
        **{f"may_{verb}": user.can(f"contacts.{verb}") for verb in ("edit", "assign", "delete", "import", "export")},
        "may_share": user.can("views.share"),
        "may_audience": user.can("audiences.edit"),
        "may_follow_up": user.can("followups.edit"),
    }
    return render(request, "crm/contacts.html", shown)


@require_GET
@may("contacts.view")
def filter_page(request: PersonRequest) -> HttpResponse:
    """Ask which contacts to list, starting from the filters in force."""
    user = request.user
    shown = {
        "given": request.GET,
        "lifecycles": list(LIFECYCLES.items()),
        "people": [(one.pk, one.name) for one in people_for(user).workers().order_by("full_name", "email")],
        "teams": [(one.pk, one.name) for one in teams_for(user)],
        "tags": [(one.slug, one.name) for one in tags_for(user)],
        "audiences": [(str(one.pk), one.name) for one in audiences_for(user)] if user.can("audiences.view") else [],
        "countries": country_choices(),
        "fields": custom_fields_for(user),
    }
    return render(request, "crm/contacts_filter.html", shown)


@require_GET
@may("contacts.export")
def export(request: PersonRequest) -> HttpResponseBase:
    """Send the contacts that the address describes, as CSV while they are read or as a workbook."""
    now = timezone.now()
    filtered = apply(contacts_for(request.user), request.GET, request.user, now)
    if request.GET.get("format") == "vcf":
        return streamed(
            cards(filtered.contacts.order_by("pk")), f"contacts-{timezone.localtime(now):%Y-%m-%d}.vcf", "text/vcard"
        )
    rows = export_rows(filtered.contacts.order_by("pk"))
    name = f"contacts-{timezone.localtime(now):%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        return FileResponse(xlsx_file(rows), as_attachment=True, filename=f"{name}.xlsx")
    return streamed(csv_lines(rows), f"{name}.csv")


def streamed(lines: Iterator[str], name: str, kind: str = "text/csv") -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """The address without its place in the pages."""
    return [(name, one) for name, values in given.lists() if name not in ("after", "before", "next") for one in values]


def _heading(key: str, label: str, sorted_by: str, given: QueryDict) -> dict[str, object]:
    """A column's heading with the address that sorts by it."""
    name = COLUMNS[key][1] if key in COLUMNS else ""
    if not name:
        return {"label": label}
    now_by = sorted_by.removeprefix("-") == name
    rest = [(one, value) for one, value in _kept(given) if one != "sort"]
    turned = name if now_by and sorted_by.startswith("-") else f"-{name}" if now_by else name
    way = ("descending" if sorted_by.startswith("-") else "ascending") if now_by else ""
    return {"label": label, "sort": "?" + urlencode([*rest, ("sort", turned)]), "sorted": way}


def _views(user: User, filtered: Filtered) -> list[dict[str, object]]:
    """The views that come with the product and those that were saved, each as a link."""
    ready = [
        ("Everybody", ""),
        ("Mine", "owner=me"),
        ("New leads", "lifecycle=new"),
        ("Clients", "lifecycle=client"),
        ("Nothing planned", "lifecycle=active&planned=no"),
        ("Going quiet", "quiet=yes"),
    ]
    saved = [(one.name, one.query) for one in saved_views_for(user, PAGE_NAME)]
    here = sorted(QueryDict(filtered.query).lists())
    return [
        {"label": label, "href": f"?{query}", "current": sorted(_facets(query)) == here}
        for label, query in [*ready, *saved]
    ]


def _facets(query: str) -> list[tuple[str, list[str]]]:
    return [(name, values) for name, values in QueryDict(query).lists() if name not in ("sort", "columns")]
