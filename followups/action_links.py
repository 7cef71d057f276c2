"""One-click links in e-mails: each names one person, one follow-up and one action, is signed, and expires.

Opening a link changes nothing, for mail scanners open them all; only the button on its page acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

import pghistory
from django.core import signing

from crm.models import User
from crm.zones import local_day, moment, zone
from followups import transitions
from followups.access import followups_for
from followups.lifecycle import OPEN
from followups.reading.rows import Row, rows_of

if TYPE_CHECKING:
    from followups.models.followup import FollowUpQuerySet

SALT = "followups.action_links"
LIVES = timedelta(days=3)
PREFIX = "/a/"

#: The morning to which "until tomorrow" snoozes.
MORNING = time(9)


class Problem(Enum):
    """Why a link does nothing; the value is the sentence of its page."""

    FORGED = "This link is damaged: part of it is missing or changed. Open the follow-up from your list instead."
    EXPIRED = "This link was good for three days and has expired. Open the follow-up from your list instead."
    CLOSED = "The account that this link was made for is closed."
    FORBIDDEN = "This follow-up is not yours any more, so this link cannot change it."
    NOT_OPEN = "It is settled already, so there is nothing left to do."
    SNOOZED = "It is snoozed until tomorrow already."


@dataclass(frozen=True, slots=True)
class Action:
    """What a link can do: the button's words, what to say afterwards, and the verb."""

    label: str
    said: str
    act: Callable[[FollowUpQuerySet, User, datetime], Any]


def _complete(followups: FollowUpQuerySet, by: User, now: datetime) -> Any:
    return transitions.complete(followups, by=by, now=now, outcome="done")


def _snooze(followups: FollowUpQuerySet, by: User, now: datetime) -> Any:
    return transitions.snooze(followups, by=by, now=now, until=tomorrow_morning(by, now))


ACTIONS: dict[str, Action] = {
    "complete": Action("Complete", "Completed", _complete),
    "snooze": Action("Snooze to tomorrow", "Snoozed until tomorrow", _snooze),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was read: either a `problem`, or everything needed to act. `row` is what its page shows."""

    problem: Problem | None
    user: User | None = None
    action: Action | None = None
    name: str = ""
    followups: FollowUpQuerySet | None = None
    row: Row | None = None


def action_path(user_id: int, followup_id: int, action: str, *, now: datetime) -> str:
    """The path of a link for this person, made at `now`."""
    words = {"u": user_id, "f": followup_id, "a": action, "e": int((now + LIVES).timestamp())}
    return f"{PREFIX}{signing.Signer(salt=SALT).sign_object(words)}/"


def read_link(token: str, *, now: datetime) -> Link:
    """Look at a link and at the world as it is now; changes nothing."""
    try:
        words = signing.Signer(salt=SALT).unsign_object(token)
        user_id, followup_id, name, expires = words["u"], words["f"], words["a"], int(words["e"])
        action = ACTIONS[name]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return Link(Problem.FORGED)
    if expires <= now.timestamp():
        return Link(Problem.EXPIRED)
    user = User.objects.filter(pk=user_id).first()
    if user is None or not user.is_active:
        return Link(Problem.CLOSED)
    followups = followups_for(user).filter(pk=followup_id)
    row = next(iter(rows_of(followups, now, zone(user.time_zone))), None)
    if row is None or not user.can("followups.edit"):
        return Link(Problem.FORBIDDEN)
    return Link(_settled(row, name, user, now), user, action, name, followups, row)


def follow(link: Link, *, now: datetime) -> str:
    """Do what the link says, once. Returns "", or the sentence why nothing was done."""
    if link.problem is not None or link.action is None or link.user is None or link.followups is None:
        return (link.problem or Problem.FORGED).value
    with pghistory.context(user=link.user.pk):  # the audit's who: nobody is signed in here
        result = link.action.act(link.followups, link.user, now)
    return "" if result.done else next(iter(result.refused.values()), Problem.FORBIDDEN.value)


def tomorrow_morning(user: User, now: datetime) -> datetime:
    """Nine in the morning of the person's tomorrow."""
    return moment(local_day(now, user.time_zone) + timedelta(days=1), MORNING, user.time_zone)


def _settled(row: Row, name: str, user: User, now: datetime) -> Problem | None:
    if row["status"] not in OPEN:
        return Problem.NOT_OPEN
    if name == "snooze" and row["snoozed_until"] and row["snoozed_until"] >= tomorrow_morning(user, now):
        return Problem.SNOOZED
    return None
