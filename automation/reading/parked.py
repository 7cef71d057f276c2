"""Everybody who stands still and needs a look, over all automations (D13)."""

from __future__ import annotations

from automation.access import enrollments_for
from automation.compiling import graphs
from automation.models import EnrollmentStatus
from automation.models.enrollment import EnrollmentQuerySet
from automation.reading.people import NEWEST, named
from automation.reading.standing import step_words
from crm.models import User
from crm.reading.paging import Page, page_of

_COLUMNS = (
    "contact_id", "contact__first_name", "contact__last_name", "contact__organisation", "contact__email", "automation_id",
    "automation__name", "automation__deleted_at", "automation_version_id", "step", "since", "why",
)  # fmt: skip


def parked_for(user: User) -> EnrollmentQuerySet:
    """The rounds that stand still, of contacts that the person may see; also of automations that were deleted since."""
    return enrollments_for(user).filter(status=EnrollmentStatus.FAILED)


def parked_page(user: User, *, after: str = "", before: str = "") -> Page:
    """A page of them, the newest first; two statements at most."""
    page = page_of(parked_for(user), NEWEST, _COLUMNS, after=after, before=before)
    known = graphs({row["automation_version_id"] for row in page.rows}) if page.rows else {}
    for row in page.rows:
        step, _ = step_words(known.get(row["automation_version_id"]), row["step"])
        row |= {"name": named(row), "step_title": step}
    return page
