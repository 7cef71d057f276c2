"""The journey of one contact: the automations that they are or were in, and those that did not let them in (D10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from automation.access import enrollments_for, refusals_for
from automation.compiling import graphs
from automation.models import INSIDE
from automation.reading.standing import STATUSES, ended_words, may_be, step_words
from crm.models import User

MOST = 50


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the contact in an automation. `step` and `does` are where they are; `why` what is waited for, or why
    it ended; `next_at` when the engine looks next."""

    id: int
    automation_id: int
    automation: str
    number: int
    about: str
    status: str
    label: str
    tone: str
    glyph: str
    inside: bool
    step: str
    does: str
    why: str
    ended: str
    since: datetime
    entered_at: datetime
    ended_at: datetime | None
    next_at: datetime | None
    may: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An automation that did not let them in, with the reason."""

    automation_id: int
    automation: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Journey:
    """Those inside first, then the others, the newest first."""

    rounds: list[Round] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def inside(self) -> list[Round]:
        return [one for one in self.rounds if one.inside]

    @property
    def past(self) -> list[Round]:
        return [one for one in self.rounds if not one.inside]


def journey_of(user: User, contact_id: int, *, most: int = MOST) -> Journey:
    """What the person may see of it; three queries, and one more for versions that this process has not read lately."""
    rows = list(enrollments_for(user).filter(contact=contact_id).select_related("automation").order_by("-pk")[:most])
    known = graphs({row.automation_version_id for row in rows}) if rows else {}
    rounds = []
    for row in rows:
        label, tone, glyph = STATUSES[row.status]
        step, does = step_words(known.get(row.automation_version_id), row.step)
        rounds.append(
            Round(
                row.pk, row.automation_id, row.automation.name, row.round, row.about, row.status, label, tone, glyph,
                row.status in INSIDE, step, does, row.why, ended_words(row.status, row.stop_reason), row.since,
                row.entered_at, row.ended_at, row.next_at, may_be(row.status),
            )
        )  # fmt: skip
    rounds.sort(key=lambda one: not one.inside)
    refused = refusals_for(user).filter(contact=contact_id).select_related("automation").order_by("-pk")[:most]
    return Journey(rounds, [Refusal(one.automation_id, one.automation.name, one.at, one.reason) for one in refused])
