"""Taking back what one just did."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.undo import CannotUndo, take_back
from crm.views.asking import BIGGEST, back
from crm.views.guard import PersonRequest, signed_in
from followups.reading.sentences import plural


@require_POST
@signed_in
def undo(request: PersonRequest, step: int) -> HttpResponse:
    """Take one's own step back, whatever floor it was on, and return to the page."""
    try:
        if step > BIGGEST:
            raise CannotUndo("There is nothing to take back.")
        result = take_back(step, by=request.user, now=timezone.now())
    except CannotUndo as problem:
        messages.error(request, str(problem))
    else:
        if result.done:
            messages.success(
                request, "Taken back" if len(result.done) == 1 else f"Taken back: {plural(len(result.done), 'record')}"
            )
        if result.refused:
            messages.warning(request, " ".join(list(dict.fromkeys(result.refused.values()))[:3]))
    if request.htmx:
        return render(request, "_toasts.html")
    return HttpResponseRedirect(back(request, "/"))
