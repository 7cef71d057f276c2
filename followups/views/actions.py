"""The page behind a one-click link of an e-mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.zones import zone
from followups.action_links import follow, read_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link would do, on one page with one button; a POST does it. No sign-in: the link is the proof."""
    now = timezone.now()
    link = read_link(token, now=now)
    done, problem = False, link.problem.value if link.problem else ""
    if request.method == "POST" and not problem:
        problem = follow(link, now=now)
        done = not problem
    shown = {"link": link, "done": done, "problem": problem, "now": now}
    with timezone.override(zone(link.user.time_zone if link.user else "")):
        return render(request, "followups/action.html", shown, status=410 if problem else 200)
