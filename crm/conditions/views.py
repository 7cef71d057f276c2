"""The builder as a fragment that swaps itself, and the page that asks a list for more."""

from __future__ import annotations

import re

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import contacts_for
from crm.conditions.building import Building, from_data, from_form, may_ask
from crm.conditions.compiling import as_q
from crm.conditions.language import BadCondition
from crm.conditions.listing import as_text, read_text, zone
from crm.conditions.patience import in_time
from crm.reading.paging import some
from crm.views.guard import PersonRequest, may

#: The lists that take `?where=`, by the name they are asked for with.
LISTS = {"contacts": "/contacts/", "followups": "/followups/"}


@require_POST
@may("contacts.view")
def builder(request: PersonRequest) -> HttpResponse:
    """Carry out the builder's button, or take what was changed, and draw it again."""
    prefix = request.GET.get("prefix", "condition")
    if not re.fullmatch(r"[a-z][a-z_]{0,30}", prefix):
        raise Http404
    building = from_form(request.POST, prefix, live=True)
    return render(request, "crm/conditions/builder.html", {"building": building, "count": counted(request, building)})


@require_http_methods(["GET", "POST"])
@may("contacts.view")
def where_page(request: PersonRequest, name: str) -> HttpResponse:
    """Build the condition of a list, and go there with it and the filters it had."""
    if name not in LISTS:
        raise Http404
    kept = [(one, value) for one, values in request.GET.lists() for value in values if one not in _PLACES]
    building = from_form(request.POST) if request.method == "POST" else _begun(request.GET.get("where", ""))
    if request.method == "POST" and building.condition is not None and not building.acted:
        try:
            query = QueryDict(mutable=True)
            for one, value in [*kept, ("where", as_text(building.condition.data))]:
                query.appendlist(one, value)
            return HttpResponseRedirect(f"{LISTS[name]}?{query.urlencode()}")
        except BadCondition as bad:
            building.problems.append(str(bad))
    shown = {"building": building, "count": counted(request, building), "list": LISTS[name], "place": name}
    wrong = request.method == "POST" and not building.acted
    return render(request, "crm/conditions/where.html", shown, status=422 if wrong else 200)


#: What the address holds besides filters.
_PLACES = ("where", "after", "before", "next")


def _begun(text: str) -> Building:
    if not text:
        return from_data(None)
    try:
        return from_data(read_text(text).data)
    except BadCondition as bad:
        building = from_data(None)
        building.problems.append(str(bad))
        return building


def counted(request: PersonRequest, building: Building) -> str | None:
    """How many of the contacts that the person may see fit, in words; None while there is nothing to count."""
    if building.preview is None or not may_ask(building, request.user):
        return None
    fitting = contacts_for(request.user).filter(as_q(building.preview, now=timezone.now(), zone=zone()))
    found = in_time(lambda: some(fitting))
    if found is None:
        return "too many to count in time"
    number, more = found
    if more:
        return f"more than {number:,} contacts"
    return "nobody yet" if number == 0 else "1 contact" if number == 1 else f"{number:,} contacts"
