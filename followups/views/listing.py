"""The table of follow-ups: filters, order and columns in the address, pages by key."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import people_for, saved_views_for, tags_for
from crm.models import User
from crm.views.guard import PersonRequest, may
from crm.zones import zone
from followups.access import followups_for, types_for
from followups.filters import DUES, STATUSES, Filtered, apply
from followups.models import Priority
from followups.reading.linked import add_linked
from followups.reading.scopes import may_switch
from followups.reading.table import COLUMNS, ORDERS, columns_of, order_of, page_of, some

PAGE_NAME = "followups"
#: Headings that sort.
_SORTS = {
    "subject": "subject",
    "who": "who",
    "due": "due",
    "assignee": "assignee",
    "priority": "priority",
    "created": "created",
}


@require_GET
@may("followups.view")
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the list that the address describes."""
    now = timezone.now()
    user, given = request.user, request.GET
    filtered = apply(followups_for(user), given, user, now)
    order, columns = order_of(given.get("sort", "due")), columns_of(given.getlist("columns"))
    page = page_of(
        filtered.followups,
        order,
        now,
        zone(user.time_zone),
        after=given.get("after", ""),
        before=given.get("before", ""),
    )
    if "linked" in columns:
        add_linked(user, page.rows)
    whole = not page.earlier and not page.later
    count, more = (len(page.rows), False) if whole else some(filtered.followups)
    shown = {
        "page": page,
        "filtered": filtered,
        "count": count,
        "more": more,
        "columns": [_heading(key, order.name, given) for key in columns],
        "keys": columns,
        "all_columns": [(key, label) for key, label in COLUMNS.items() if key != "subject"],
        "kept": _kept(given),
        "view_links": _views(user, filtered, given),
        "now": now,
        "may_edit": user.can("followups.edit"),
        "may_assign": user.can("followups.assign"),
        "may_delete": user.can("followups.delete"),
        "may_export": user.can("contacts.export"),
        "address": urlencode(_kept(given)),
    }
    return render(request, "followups/list.html", shown)


@require_GET
@may("followups.view")
def filter_page(request: PersonRequest) -> HttpResponse:
    """Ask which follow-ups to list, starting from the filters in force."""
    user = request.user
    shown = {
        "given": request.GET,
        "statuses": list(STATUSES.items()),
        "dues": list(DUES.items()),
        "priorities": Priority.choices,
        "types": [(one.slug, one.name) for one in types_for(user)],
        "tags": [(one.slug, one.name) for one in tags_for(user)],
        "people": [(one.pk, one.name) for one in people_for(user).workers().order_by("full_name", "email")],
    }
    return render(request, "followups/filter.html", shown)


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """The address without its place in the pages."""
    return [(name, one) for name, values in given.lists() if name not in ("after", "before", "next") for one in values]


def _heading(key: str, sorted_by: str, given: QueryDict) -> dict[str, object]:
    """A column's heading with the address that sorts by it."""
    name = _SORTS.get(key)
    if name not in ORDERS:
        return {"label": COLUMNS[key]}
    now_by = sorted_by.removeprefix("-") == name
    rest = [(one, value) for one, value in _kept(given) if one != "sort"]
    turned = name if now_by and sorted_by.startswith("-") else f"-{name}" if now_by else name
    way = ("descending" if sorted_by.startswith("-") else "ascending") if now_by else ""
    return {"label": COLUMNS[key], "sort": "?" + urlencode([*rest, ("sort", turned)]), "sorted": way}


def _views(user: User, filtered: Filtered, given: QueryDict) -> list[dict[str, object]]:
    """The views that come with the product and those that were saved, each as a link; one's own can be removed."""
    ready = [("My open", "assignee=me"), ("Overdue", "due=overdue&assignee=me"), ("Today", "due=today&assignee=me")]
    if may_switch(user):
        ready += [("Everybody’s overdue", "due=overdue"), ("First contacts", "lead=yes")]
    shown = [(label, query, "") for label, query in ready] + [
        (one.name, one.query, f"/followups/views/{one.pk}/drop/" if one.owner_id == user.pk else "")
        for one in saved_views_for(user, PAGE_NAME)
    ]
    places = (sorted(_kept(given)), sorted(parse_qsl(filtered.query)))
    return [
        {"label": label, "href": f"?{query}", "current": sorted(parse_qsl(query)) in places, "drop": drop}
        for label, query, drop in shown
    ]
