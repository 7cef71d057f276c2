"""The pixel and the links of mails. They answer whatever happens behind them, and change nothing but their own notes."""

from __future__ import annotations

import logging
from base64 import b64decode
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.audit_context import remote_address
from messaging.tracking.noting import CLICKED, OPENED, Hit, note
from messaging.tracking.tokens import BadToken, read_click, read_open

log = logging.getLogger(__name__)

#: One transparent dot, the smallest GIF there is.
GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
@never_cache
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Give the dot, to a damaged address too: a mail shows no broken picture."""
    with suppress(BadToken):
        _keep(request, OPENED, read_open(token))
    return HttpResponse(GIF, content_type="image/gif")


@require_safe
@never_cache
def clicked(request: HttpRequest, token: str) -> HttpResponse:
    """Send the browser on to where the mail's link leads: that stands in the signed token, nowhere else."""
    try:
        link = read_click(token)
    except BadToken:
        return render(request, "messaging/public/damaged.html", status=404)
    _keep(request, CLICKED, link.message_id, link.url)
    if not link.url:
        return render(request, "messaging/public/nothing.html")
    return HttpResponseRedirect(link.url)


def _keep(request: HttpRequest, kind: str, message_id: int, url: str = "") -> None:
    now = timezone.now()
    hit = Hit(
        message_id, kind, now, url=url, user_agent=request.headers.get("User-Agent", ""), ip=remote_address(request),
        method=_how(request), hidden=kind == CLICKED and not url,
    )  # fmt: skip
    try:
        note([hit], now=now)
    except Exception:  # whatever is wrong here, the person wants to get to the page
        log.warning("an open or a click could not be noted", extra={"message_id": message_id}, exc_info=True)


def _how(request: HttpRequest) -> str:
    """What tells that nobody looks at the answer: a HEAD request, or a browser that loads pages in case."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}".lower()
    return "HEAD" if request.method == "HEAD" else "prefetch" if "prefetch" in purpose else ""
