"""What follows the signed-in person through every page: their time zone, and the numbers in the frame."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config.live_address import live_url
from crm.zones import local_day, moment, zone
from followups.reading.beside import forget_beside
from messaging.bell import unread_count
from messaging.inbox.waiting import forget_waiting, waiting_count

#: A number past this is shown as "99+" anyway, so nobody counts further.
MOST_COUNTED = 100
#: Methods after which nothing has changed.
SAFE = ("GET", "HEAD", "OPTIONS")


class PersonsZone:
    """Shows all times of a request in the person's own zone, and their own changes at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Remember the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the zone for the request and let go of it afterwards."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zone(request.user.time_zone)):
            response = self.get_response(request)
        if request.method not in SAFE:
            forget_beside(request.user.pk)
            forget_waiting([request.user.pk])
        return response


def due_today(user: Any, *, now: datetime) -> int:
    """Count what the person still has to do by the end of their day, up to MOST_COUNTED."""
    # In plain SQL, because every page asks: building the statement would take longer than answering it.
    tomorrow = moment(local_day(now, user.time_zone) + timedelta(days=1), time(), user.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM followups_followup
                WHERE assignee_id = %s AND status IN ('pending', 'in_progress', 'missed') AND deleted_at IS NULL
                    AND due_by <= %s AND (snoozed_until IS NULL OR snoozed_until <= %s)
                LIMIT %s) AS few
            """,
            [user.pk, tomorrow, now, MOST_COUNTED],
        )
        return int(cursor.fetchone()[0])


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the layout its counts. They are read only where the frame is drawn, so fragments cost nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "unread": SimpleLazyObject(lambda: unread_count(user)),
        "nav_counts": SimpleLazyObject(
            lambda: {"focus": due_today(user, now=timezone.now()), "inbox": waiting_count(user)}
        ),
        "live_url": live_url(request),
    }
