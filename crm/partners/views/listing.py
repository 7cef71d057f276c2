"""The list of partners."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.partners.rows import KINDS, narrowed, partner_page, sort_of
from crm.reading.paging import some
from crm.views.guard import PersonRequest, may


@require_GET
@may("partners.view")
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the list that the address describes."""
    user, given = request.user, request.GET
    asked, sort = narrowed(user, given), sort_of(given.get("sort", ""))
    page = partner_page(asked.partners, sort, user, after=given.get("after", ""), before=given.get("before", ""))
    whole = not page.earlier and not page.later
    count, more = (len(page.rows), False) if whole else some(asked.partners)
    shown = {
        "page": page,
        "asked": asked,
        "count": count,
        "more": more,
        "here": _address(given, sort=sort.name if sort.name != "name" else ""),
        "columns": _columns(given, sort.name, user.can("contacts.view"), user.can("deals.view")),
        "kinds": [
            {"label": label, "href": f"?{_address(given, kind=kind)}", "current": kind == asked.kind}
            for kind, label in [("", "All"), *KINDS.items()]
        ],
        "may_edit": user.can("partners.edit"),
        "sees_clients": user.can("contacts.view"),
        "sees_deals": user.can("deals.view"),
    }
    return render(request, "crm/partners/list.html", shown)


def _address(given: QueryDict, **changed: str) -> str:
    """The filters and the order in force, with some changed, without the place in the pages."""
    kept = {name: given.get(name, "")[:200] for name in ("q", "kind", "sort")} | changed
    return urlencode({name: value for name, value in kept.items() if value})


def _columns(given: QueryDict, sorted_by: str, clients: bool, deals: bool) -> list[dict[str, object]]:
    plain = [("Name", "name"), ("Kind", ""), ("Ask for", ""), ("Where", "")]
    plain += [("Clients", "")] * clients + [("Open deals", "")] * deals + [("Owner", "owner")]
    found: list[dict[str, object]] = []
    for label, name in plain:
        column: dict[str, object] = {"label": label, "right": label in ("Clients", "Open deals")}
        if name:
            now_by = sorted_by.removeprefix("-") == name
            turned = f"-{name}" if now_by and not sorted_by.startswith("-") else name
            column |= {"sort": f"?{_address(given, sort=turned)}"}
            column |= {"sorted": "descending" if sorted_by.startswith("-") else "ascending"} if now_by else {}
        found.append(column)
    return found
