"""The doors to automations and to who is inside them: pages and the API load through these and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.models import Automation, Enrollment
from automation.models.automation import AutomationQuerySet
from automation.models.enrollment import EnrollmentQuerySet

if TYPE_CHECKING:
    from crm.models import User


def automations_for(user: User) -> AutomationQuerySet:
    """Those that the person may see."""
    return Automation.objects.alive().visible_to(user)


def enrollments_for(user: User) -> EnrollmentQuerySet:
    """Those of contacts that the person may see."""
    return Enrollment.objects.visible_to(user)
