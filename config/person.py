"""What follows the signed-in person through every page: their time zone, and the numbers in the frame."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config.live_address import live_url
from crm.zones import local_day, moment, zone
from followups.models import FollowUp
from messaging.bell import unread_count

#: A number past this is shown as "99+" anyway, so nobody counts further.
MOST_COUNTED = 100


class PersonsZone:
    """Shows all times of a request in the person's own zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Remember the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the zone for the request and let go of it afterwards."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zone(request.user.time_zone)):
            return self.get_response(request)


def due_today(user: Any, *, now: datetime) -> int:
    """Count what the person still has to do by the end of their day, up to MOST_COUNTED."""
    tomorrow = moment(local_day(now, user.time_zone) + timedelta(days=1), time(), user.time_zone)
    mine = FollowUp.objects.open().awake(now).filter(assignee=user, due_by__lte=tomorrow)
    return mine[:MOST_COUNTED].count()


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the layout its counts. They are read only where the frame is drawn, so fragments cost nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "unread": SimpleLazyObject(lambda: unread_count(user)),
        "nav_counts": SimpleLazyObject(lambda: {"focus": due_today(user, now=timezone.now())}),
        "live_url": live_url(request),
    }
