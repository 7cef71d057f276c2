"""Humane times for pages: relative up to a week, then a date, with the exact time on hover."""

from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone
from markupsafe import Markup

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NEARBY = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def day_words(day: date, today: date) -> str:
    """Say a day the way a person would: today, Mon 23 Nov, 12 May 2027."""
    away = (day - today).days
    if away in NEARBY:
        return NEARBY[away]
    if -7 < away < 0:
        return DAYS[day.weekday()]
    named = f"{day.day} {MONTHS[day.month - 1]}"
    if 0 < away < 7:
        return f"{DAYS[day.weekday()]} {named}"
    return named if day.year == today.year else f"{named} {day.year}"


def when_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Say a moment relative to `now`: "in 3 min", "yesterday 16:00", "Mon 23 Nov"."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 60:
        return "now"
    if abs(seconds) < 3600:
        minutes = round(abs(seconds) / 60)
        return f"in {minutes} min" if seconds > 0 else f"{minutes} min ago"
    away = (there.date() - here.date()).days
    words = day_words(there.date(), here.date())
    return f"{words} {there.hour:02}:{there.minute:02}" if -7 < away < 2 else words


def late_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Say by how much a due moment has passed: "25 min late", "yesterday 16:00", "2 days late"."""
    behind = now - moment
    days = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    if days >= 2:
        return f"{days} days late"
    if days == 1 and behind >= timedelta(hours=6):
        return when_words(moment, now, zone)
    minutes = max(1, round(behind.total_seconds() / 60))
    return f"{minutes} min late" if minutes < 60 else f"{minutes // 60} h late"


def duration_words(seconds: float) -> str:
    """Say a length of time in at most two units: "1 h 40 min", "3 days"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(minutes / 1440)} days"


def exact_words(moment: datetime, zone: tzinfo) -> str:
    """Write the full date and time with the zone's abbreviation, for a tooltip."""
    there = moment.astimezone(zone)
    day = f"{DAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]} {there.year}"
    return f"{day}, {there.hour:02}:{there.minute:02} {there.tzname()}"


def _element(moment: datetime, words: str, zone: tzinfo, style: str = "") -> Markup:
    """Wrap words in a <time> with the exact moment on hover."""
    # Everything in it is made here from numbers and the names of days and zones: nothing to escape, and a list draws fifty.
    cls = f' class="{style}"' if style else ""
    stamp = moment.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{stamp}" title="{exact_words(moment, zone)}"{cls}>{words}</time>')  # noqa: S704


def when(moment: datetime | date | None, now: datetime | None = None, zone: tzinfo | None = None) -> Markup:
    """Show a moment or a day as a humane <time>; nothing for None."""
    if moment is None:
        return Markup("")
    zone = zone or timezone.get_current_timezone()
    now = now or timezone.now()
    if isinstance(moment, datetime):
        return _element(moment, when_words(moment, now, zone), zone)
    words = day_words(moment, now.astimezone(zone).date())
    return Markup(f'<time datetime="{moment.isoformat()}">{words}</time>')  # noqa: S704 - a day in words


def due(moment: datetime | date | None, now: datetime | None = None, zone: tzinfo | None = None) -> Markup:
    """Show a due moment or day: like `when` ahead of time, "2 days late" in the danger colour after it."""
    if moment is None:
        return Markup("any time")
    zone = zone or timezone.get_current_timezone()
    now = now or timezone.now()
    if not isinstance(moment, datetime):
        late = (now.astimezone(zone).date() - moment).days
        if late <= 0:
            return when(moment, now, zone)
        words = "yesterday" if late == 1 else f"{late} days late"
        return Markup('<time datetime="{}" class="late">{}</time>').format(moment.isoformat(), words)
    if moment >= now:
        return _element(moment, when_words(moment, now, zone), zone)
    return _element(moment, late_words(moment, now, zone), zone, "late")


def clock(moment: datetime | None, zone: tzinfo | None = None) -> Markup:
    """Show only the time of day (09:00) in the zone, the current one unless said."""
    if moment is None:
        return Markup("")
    zone = zone or timezone.get_current_timezone()
    return _element(moment, f"{moment.astimezone(zone):%H:%M}", zone)


def number(value: float) -> str:
    """Group thousands: 1,204."""
    return f"{value:,}"


FILTERS = {"when": when, "due": due, "clock": clock, "duration": duration_words, "number": number, "day": day_words}
