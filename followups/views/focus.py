"""The focus queue: one follow-up at a time; finishing it shows the next."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.views.asking import ids_in
from crm.views.guard import PersonRequest, may
from followups.forms import CompleteForm
from followups.lifecycle import BadChange
from followups.reading.focus import focus
from followups.views.answering import say
from followups.views.completing import finish
from followups.views.finding import row_or_404


@require_GET
@may("followups.view")
def focus_page(request: PersonRequest) -> HttpResponse:
    """Show the one that pays most now; `?skip=` puts some behind, `?at=` names one to begin with."""
    return _show(request, ids_in(request.GET.get("skip", "")), ids_in(request.GET.get("at", "")), CompleteForm())


@require_POST
@may("followups.edit")
def focus_done(request: PersonRequest, pk: int) -> HttpResponse:
    """Complete the one in focus and show the next. What could not be done stays in focus with its words."""
    now = timezone.now()
    row = row_or_404(request.user, pk, now)
    skip = ids_in(request.POST.get("skip", ""))
    form = CompleteForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["outcome"]:
        form.add_error(None, "Choose how it went.")
        return _show(request, skip, [pk], form, status=422)
    try:
        result = finish(request.user, row, form.cleaned_data["outcome"], form.cleaned_data, now)
    except BadChange as problem:
        form.add_error(None, str(problem))
        return _show(request, skip, [pk], form, status=422)
    if result.stale:
        form.add_error(None, "Somebody changed it meanwhile. It is shown as it is now; what you wrote is still here.")
        return _show(request, skip, [pk], form, status=409)
    say(request, result, f"Completed “{row['subject']}” for {row['who']}")
    if not result.done and not result.refused:
        messages.error(request, "Nothing was changed.")
    if request.htmx:
        return _show(request, skip, [], CompleteForm())
    rest = ",".join(str(one) for one in skip)
    return HttpResponseRedirect(f"/focus/?skip={rest}" if rest else "/focus/")


def _show(
    request: PersonRequest, skip: list[int], first: list[int], form: CompleteForm, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    queue = focus(request.user, skip, first[0] if first else None, now)
    current = [queue.facing.row["id"]] if queue.facing else []
    shown = {
        "queue": queue,
        "form": form,
        "skip": ",".join(str(one) for one in queue.skipped),
        "skip_this": ",".join(str(one) for one in [*(one for one in queue.skipped if one not in current), *current]),
        "may_edit": request.user.can("followups.edit"),
        "now": now,
    }
    fragment = request.htmx and (request.htmx.target or "").endswith("focus")
    return render(request, "followups/_focus.html" if fragment else "followups/focus.html", shown, status=status)
