"""The dashboard: what to do next, and why."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.views.asking import ids_in
from crm.views.guard import PersonRequest, signed_in
from followups.reading.dashboard import dashboard


@require_GET
@signed_in
def dashboard_page(request: PersonRequest) -> HttpResponse:
    """Show the day of the person, or of those `?of=` names."""
    now = timezone.now()
    day = dashboard(request.user, request.GET.get("of", ""), ids_in(request.GET.get("skip", "")), now)
    return render(
        request, "followups/dashboard.html", {"day": day, "now": now, "may_edit": request.user.can("followups.edit")}
    )
