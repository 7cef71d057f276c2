"""What the panes of the inbox draw: the list, and one talk."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crm.reading.contact_record import contact_or_404
from crm.views.guard import PersonRequest
from crm.whereabouts import whereabouts
from crm.zones import local_day, zone
from messaging.access import messages_for, strangers_for, threads_for
from messaging.filters import number
from messaging.inbox.listing import TABS, holds_strangers, listing, waiting
from messaging.inbox.talk import talk_of
from messaging.inbox.waiting import waiting_count
from messaging.models import MessageStatus

MOST_SHOWN = 99


def talk_shown(request: PersonRequest, contact_id: int, now: datetime) -> dict[str, Any]:
    """What the pane of a talk draws. Raises Http404."""
    user = request.user
    contact = contact_or_404(user, contact_id)
    before = number(request.GET.get("earlier", ""))
    place = whereabouts(contact.time_zone, contact.phone, contact.country)
    return {
        "contact": contact,
        "talk": talk_of(messages_for(user).filter(contact=contact_id), zone(user.time_zone), now, before=before),
        "waits": waiting(threads_for(user)).filter(pk=contact_id).exists(),
        "earlier": before,
        "whereabouts": place,
        "there": now.astimezone(place.zone) if place else None,
        "today": local_day(now, user.time_zone),
        "may_send": user.can("messages.send"),
        "now": now,
        "home": f"/inbox/{contact_id}/",
    }


def list_shown(request: PersonRequest, now: datetime, tab: str = "") -> dict[str, Any]:
    user, given = request.user, request.GET
    tab = tab or given.get("tab", "waiting")
    if tab not in TABS or (tab == "unknown" and not holds_strangers(user)):
        tab = "waiting"
    tabs: list[dict[str, Any]] = [
        {"key": key, "label": label, "current": key == tab, "count": None} for key, label in TABS.items()
    ]
    tabs[0]["count"] = waiting_count(user) or None
    if holds_strangers(user):
        tabs[2]["count"] = strangers_for(user).filter(status=MessageStatus.DELIVERED)[: MOST_SHOWN + 1].count() or None
    else:
        tabs.pop()
    page = listing(user, tab, now, after=given.get("after", ""), before=given.get("before", ""))
    spot = {name: given[name] for name in ("after", "before") if given.get(name)}
    return {
        "page": page,
        "tabs": tabs,
        "tab": tab,
        "kept": urlencode({"tab": tab} | spot),
        "may_send": user.can("messages.send"),
    }
