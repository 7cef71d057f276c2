"""Taking pushes on this device, and no longer; and the script that shows them when no page is open."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.views.guard import PersonRequest, signed_in
from messaging.push_browsers import BadBrowser, add_browser, browser_named, remove_browser


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands at the root, because a worker sees only what lies beneath it."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@signed_in
@require_POST
def add(request: PersonRequest) -> HttpResponse:
    """Remember this browser."""
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    try:
        agent = browser_named(request.headers.get("User-Agent", ""))
        add_browser(request.user, **given, browser=agent, now=timezone.now())
    except BadBrowser as problem:
        return HttpResponse(str(problem), status=422, content_type="text/plain; charset=utf-8")
    messages.success(request, "This browser takes pushes now. Tick what you want to be told that way.")
    return redirect("settings_notifications")


@signed_in
@require_POST
def remove(request: PersonRequest) -> HttpResponse:
    """Forget one of one's own browsers."""
    number = request.POST.get("browser", "")
    if number.isdecimal() and len(number) < 18:
        gone = remove_browser(request.user, pk=int(number))
    else:
        gone = remove_browser(request.user, endpoint=request.POST.get("endpoint", "").replace("\0", ""))
    if gone:
        messages.success(request, "That browser takes no more pushes.")
    return redirect("settings_notifications")


def _script() -> str:
    path = Path(settings.BASE_DIR) / "static" / "js" / "push_worker.js"
    return path.read_text() if settings.DEBUG else _kept(path)


@cache
def _kept(path: Path) -> str:
    return path.read_text()
