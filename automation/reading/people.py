"""Who is, was and was not let into an automation: a page of them, narrowed and by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automation.access import enrollments_for, refusals_for
from automation.compiling import graphs
from automation.engine.state import STOP_REASONS
from automation.models import INSIDE, Automation, EnrollmentStatus
from automation.models.enrollment import EnrollmentQuerySet
from automation.reading.standing import STATUSES, ended_words, may_be, step_words
from crm.models import User
from crm.reading.paging import Page, Sort, page_of

#: The groups of the page: value in the address, and label.
GROUPS = {
    "": "Inside", "failed": "Need a look", "paused": "Paused", "finished": "Finished", "stopped": "Left early",
    "held_out": "Held out", "refused": "Not let in",
}  # fmt: skip
NEWEST = Sort("newest", ("id",), descending=True)
_COLUMNS = (
    "contact_id", "contact__first_name", "contact__last_name", "contact__organisation", "contact__email",
    "automation_version_id", "automation_version__number", "status", "step", "since", "why", "next_at", "entered_at",
    "ended_at", "stop_reason", "round", "about",
)  # fmt: skip
_REFUSED = (
    "contact_id", "contact__first_name", "contact__last_name", "contact__organisation", "contact__email", "at", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks the page for; anything unknown counts as not asked."""

    status: str = ""
    step: str = ""
    reason: str = ""

    def address(self) -> str:
        """The same as the query of an address."""
        return f"?status={self.status}&step={self.step}&reason={self.reason}"


def wanted_by(given: Mapping[str, str]) -> Wanted:
    """Read what an address says."""
    step, reason = given.get("step", ""), given.get("reason", "")
    return Wanted(
        status if (status := given.get("status", "")) in GROUPS else "",
        step if step.replace("_", "").replace("-", "").isalnum() and len(step) <= 40 else "",
        reason if reason in STOP_REASONS else "",
    )


def people_of(user: User, automation: Automation, wanted: Wanted) -> EnrollmentQuerySet:
    """The rounds that are asked for, of contacts that the person may see."""
    rows = enrollments_for(user).filter(automation=automation)
    rows = rows.filter(status=wanted.status) if wanted.status else rows.filter(status__in=INSIDE)
    if wanted.step:
        rows = rows.filter(step=wanted.step)
    if wanted.reason:
        rows = rows.filter(stop_reason=wanted.reason)
    return rows


def people_page(user: User, automation: Automation, wanted: Wanted, *, after: str = "", before: str = "") -> Page:
    """A page of rounds, or of refused entries, the newest first; two statements at most."""
    if wanted.status == "refused":
        rows = refusals_for(user).filter(automation=automation)
        page = page_of(rows, NEWEST, _REFUSED, after=after, before=before)
        for row in page.rows:
            row |= {"name": named(row)}
        return page
    page = page_of(people_of(user, automation, wanted), NEWEST, _COLUMNS, after=after, before=before)
    known = graphs({row["automation_version_id"] for row in page.rows}) if page.rows else {}
    for row in page.rows:
        label, tone, glyph = STATUSES[row["status"]]
        step, does = step_words(known.get(row["automation_version_id"]), row["step"])
        row |= {
            "name": named(row), "label": label, "tone": tone, "glyph": glyph, "step_title": step, "does": does,
            "ended": ended_words(row["status"], row["stop_reason"]), "may": may_be(row["status"]),
        }  # fmt: skip
    return page


def steps_of(automation: Automation) -> list[tuple[str, str]]:
    """The steps of the version that lets people in, for narrowing the list: id and words."""
    if automation.live_id is None:
        return []
    graph = graphs([automation.live_id])[automation.live_id]
    return [
        (step.id, f"{step.title}{f': {step.words()}' if step.words() else ''}"[:80]) for step in graph.steps.values()
    ]


def offered(wanted: Wanted) -> list[str]:
    """What can be done to many of this list."""
    if wanted.status in ("refused", EnrollmentStatus.FINISHED, EnrollmentStatus.STOPPED, EnrollmentStatus.HELD_OUT):
        return []
    if wanted.status == EnrollmentStatus.FAILED:
        return ["retry", "skip", "stop"]
    return ["resume", "stop"] if wanted.status == EnrollmentStatus.PAUSED else ["pause", "skip", "stop"]


def named(row: Mapping[str, str]) -> str:
    """What a row of `_COLUMNS` calls the contact."""
    full = f"{row['contact__first_name']} {row['contact__last_name']}".strip()
    return full or row["contact__organisation"] or row["contact__email"] or f"Contact {row['contact_id']}"
