"""When reminders fire: relative to the due time or at a moment of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from followups.lifecycle import BadChange

#: A year before, in minutes: longer is a slip of the keyboard.
LONGEST = 366 * 24 * 60


class BadReminder(BadChange):
    """A reminder that cannot be planned; its text says why."""


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """Exactly one of `before_minutes` and an aware `at`. `user_id` None means the assignee, `channels` empty means
    as that person prefers. Raises BadReminder."""

    before_minutes: int | None = None
    at: datetime | None = None
    channels: tuple[str, ...] = ()
    user_id: int | None = None

    def __post_init__(self) -> None:
        if (self.before_minutes is None) == (self.at is None):
            raise BadReminder("A reminder is so long before the due time, or at a time of its own.")
        if self.before_minutes is not None and not 0 <= self.before_minutes <= LONGEST:
            raise BadReminder("A reminder comes at the due time or up to a year before it.")
        if self.at is not None and self.at.utcoffset() is None:
            raise BadReminder("A reminder's time needs its time zone.")

    @property
    def slot(self) -> str:
        """What makes two reminders of one person the same one."""
        if self.at is not None:
            return f"at:{self.at.astimezone(UTC).isoformat(timespec='seconds')}"
        return f"before:{self.before_minutes}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A reminder as it is stored, with what it hangs on."""

    id: int
    before_minutes: int | None
    at: datetime | None
    state: str
    fire_at: datetime


@dataclass(frozen=True, slots=True)
class Firing:
    """When a reminder fires, and whether that time had already passed when it was set."""

    fire_at: datetime
    late: bool


def firing(
    before_minutes: int | None, at: datetime | None, *, anchor: datetime, snoozed_until: datetime | None, now: datetime
) -> Firing:
    """The planned time; not before the follow-up wakes. A planned time that has passed stays as it is, marked late,
    and so fires at once."""
    planned = at if at is not None else anchor - timedelta(minutes=before_minutes or 0)
    if snoozed_until is not None and snoozed_until > now and planned < snoozed_until:
        return Firing(snoozed_until, late=False)
    return Firing(planned, late=planned < now)


def replan(
    reminders: Sequence[Standing], *, anchor: datetime, snoozed_until: datetime | None, now: datetime
) -> dict[int, Firing]:
    """What must change when the due time or the snooze moved, by reminder id.

    One that waits moves along. One that has fired fires again only for a time that is still to come: told once is
    told, unless there is something new to tell.
    """
    changed: dict[int, Firing] = {}
    for reminder in reminders:
        new = firing(reminder.before_minutes, reminder.at, anchor=anchor, snoozed_until=snoozed_until, now=now)
        told = reminder.state == "fired" and reminder.at is not None
        if new.fire_at != reminder.fire_at and (reminder.state == "waiting" or (new.fire_at > now and not told)):
            changed[reminder.id] = new
    return changed


def revive(
    reminders: Sequence[Standing], *, anchor: datetime, snoozed_until: datetime | None, now: datetime
) -> dict[int, Firing]:
    """What waits again when an ended follow-up is reopened: cancelled reminders whose time is still to come."""
    changed: dict[int, Firing] = {}
    for reminder in reminders:
        if reminder.state == "cancelled":
            new = firing(reminder.before_minutes, reminder.at, anchor=anchor, snoozed_until=snoozed_until, now=now)
            if new.fire_at > now:
                changed[reminder.id] = new
    return changed
