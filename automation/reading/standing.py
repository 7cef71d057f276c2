"""Where somebody is in an automation, in words: for pages about one person and for lists."""

from __future__ import annotations

from automation.engine.graph import Graph
from automation.engine.state import STOP_REASONS
from automation.models import INSIDE, EnrollmentStatus

#: The words of a status, its tone and its icon.
STATUSES: dict[str, tuple[str, str, str]] = {
    EnrollmentStatus.ACTIVE: ("Going on", "info", "play"),
    EnrollmentStatus.WAITING: ("Waiting", "", "hourglass"),
    EnrollmentStatus.PAUSED: ("Paused", "warn", "pause"),
    EnrollmentStatus.AWAY: ("Away", "warn", "moon"),
    EnrollmentStatus.FAILED: ("Needs a look", "danger", "circle-alert"),
    EnrollmentStatus.FINISHED: ("Finished", "good", "circle-check"),
    EnrollmentStatus.STOPPED: ("Left early", "", "log-out"),
    EnrollmentStatus.HELD_OUT: ("Held out, to compare with", "", "ban"),
}


def step_words(graph: Graph | None, step: str) -> tuple[str, str]:
    """What a step is called and what it does, in a few words; empty for none."""
    found = graph.steps.get(step) if graph is not None else None
    if found is None:
        return (f"A step that is not there any more ({step})", "") if step else ("", "")
    return found.title, found.words()


def ended_words(status: str, reason: str) -> str:
    """Why somebody is not inside any more, in a few words; empty for who is."""
    if status in INSIDE:
        return ""
    return STOP_REASONS.get(reason, "") if reason else STATUSES[status][0]


def may_be(status: str) -> dict[str, bool]:
    """What can be done to somebody in this status, by verb."""
    inside = status in INSIDE
    return {
        "pause": status in (EnrollmentStatus.ACTIVE, EnrollmentStatus.WAITING, EnrollmentStatus.AWAY),
        "resume": status == EnrollmentStatus.PAUSED,
        "retry": status == EnrollmentStatus.FAILED,
        "skip": inside and status != EnrollmentStatus.PAUSED,
        "stop": inside,
    }
