"""One round of one person: every step that was left, when, why, and what came of it (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from automation.access import enrollments_for
from automation.compiling import graphs
from automation.models import Enrollment, StepVisit
from automation.reading.standing import STATUSES, ended_words, may_be, step_words
from crm.models import User
from followups.access import followups_for
from followups.models.followup import Status as FollowUpStatus
from messaging.access import messages_for
from messaging.models import MessageChannel, MessageStatus

#: So many steps are shown, the last ones.
MOST = 500


@dataclass(frozen=True, slots=True)
class Came:
    """Something that a step made: where it is, and how it stands."""

    href: str
    words: str
    state: str
    glyph: str


@dataclass(frozen=True, slots=True)
class Passed:
    """One step that was left."""

    number: int
    step: str
    title: str
    does: str
    glyph: str
    way: str
    at: datetime
    why: str
    came: list[Came]


@dataclass(frozen=True, slots=True)
class Walked:
    """The round with all its steps, and where it is now."""

    row: Enrollment
    label: str
    tone: str
    glyph: str
    step: str
    does: str
    ended: str
    may: dict[str, bool]
    passed: list[Passed]


def round_of(user: User, automation_id: int, pk: int) -> Walked | None:
    """The round through its door; None where it is not there or not to be seen. Seven queries at most."""
    row = (
        enrollments_for(user)
        .filter(automation=automation_id, pk=pk)
        .select_related("automation", "contact", "automation_version", "entered_by")
        .first()
    )
    if row is None:
        return None
    visits = list(StepVisit.objects.filter(enrollment=pk).order_by("-number")[:MOST])[::-1]
    known = graphs({row.automation_version_id, *(visit.automation_version_id for visit in visits)})
    came = _came(user, visits)
    label, tone, glyph = STATUSES[row.status]
    step, does = step_words(known.get(row.automation_version_id), row.step)
    passed = []
    for visit in visits:
        graph = known.get(visit.automation_version_id)
        kind = graph.steps.get(visit.step) if graph else None
        title, words = step_words(graph, visit.step)
        way = next((one.label for one in kind.ways() if one.name == visit.way), visit.way) if kind else visit.way
        passed.append(
            Passed(
                visit.number, visit.step, title, words, kind.icon if kind else "circle", way, visit.at, visit.why,
                came.get(visit.number, []),
            )
        )  # fmt: skip
    return Walked(
        row, label, tone, glyph, step, does, ended_words(row.status, row.stop_reason), may_be(row.status), passed
    )


def _came(user: User, visits: list[StepVisit]) -> dict[int, list[Came]]:
    """What the steps made, by the number of the visit: only what the person may see."""
    mails = {one: visit.number for visit in visits if isinstance(one := visit.data.get("message"), int)}
    tasks = {one: visit.number for visit in visits if isinstance(one := visit.data.get("followup"), int)}
    found: dict[int, list[Came]] = {}
    if mails:
        rows = messages_for(user).filter(pk__in=mails).values_list("pk", "subject", "status", "channel")
        for pk, subject, status, channel in rows:
            words, state = subject or MessageChannel(channel).label, MessageStatus(status).label
            found.setdefault(mails[pk], []).append(Came(f"/messages/{pk}/", words, state, "mail"))
    if tasks:
        for pk, subject, status in followups_for(user).filter(pk__in=tasks).values_list("pk", "subject", "status"):
            state = FollowUpStatus(status).label
            found.setdefault(tasks[pk], []).append(Came(f"/followups/{pk}/", subject, state, "list-checks"))
    return found
