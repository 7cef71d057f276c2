"""The board: the deals of a pipeline as columns, with the filters in the address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access import deals_for
from crm.deals.board import SHOWN, board_of, pipelines_in_use
from crm.deals.filters import narrow
from crm.facets import Asking
from crm.views.guard import PersonRequest, may

#: Filters of the list that a board does not have: it is one pipeline, and its columns are the stages.
NOT_HERE = ("pipeline", "stage", "status", "contact", "product", "expected", "planned")


@may("deals.view")
@require_safe
def board_page(request: PersonRequest) -> HttpResponse:
    """Show one pipeline."""
    now, user, given = timezone.now(), request.user, request.GET
    pipelines = pipelines_in_use(user)
    wanted = given.get("pipeline", "")
    pipeline = (
        next((one for one in pipelines if str(one.pk) == wanted), None) if wanted else next(iter(pipelines), None)
    )
    if wanted and pipeline is None:
        raise Http404("There is no such pipeline.")
    filtered = narrow(deals_for(user), given, Asking(user, now), but=NOT_HERE)
    kept = {name: texts for name, texts in filtered.given.items() if name != "pipeline"}
    shown = {
        "board": board_of(pipeline, pipelines[pipeline], filtered.deals, user, now) if pipeline else None,
        "filtered": filtered,
        "tabs": [
            {
                "label": one.name,
                "href": "?" + urlencode({"pipeline": one.pk, **kept}, doseq=True),
                "current": one == pipeline,
            }
            for one in pipelines
        ],
        "here": urlencode({"pipeline": pipeline.pk, **kept} if pipeline else kept, doseq=True),
        "most": SHOWN,
        "now": now,
        "may_edit": user.can("deals.edit"),
        "may_settle": user.can("settings.manage"),
    }
    return render(request, "crm/deals/board.html", shown)
