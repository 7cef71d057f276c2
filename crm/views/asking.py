"""Reading what a page was asked: ids in addresses, where to go back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

#: Ids past this do not fit the column, so nothing can have them.
BIGGEST = 2**63 - 1


def ids_in(text: str, most: int = 10_000) -> list[int]:
    """The ids of a list like "12,15"; anything else in it is left out."""
    found = [int(one) for one in text.replace(" ", "").split(",") if one.isascii() and one.isdigit() and len(one) < 20]
    return [one for one in dict.fromkeys(found) if 0 < one <= BIGGEST][:most]


def back(request: HttpRequest, fallback: str) -> str:
    """Where the page that asked wants to return: its `next`, when that is on this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return fallback


def part_asked(request: HttpRequest) -> str:
    """The id of the element that HTMX wants to fill; empty for a whole page. It names it as "div#threads"."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]
