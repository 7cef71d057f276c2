"""The doors to automations and to who is inside them: pages and the API load through these and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.models import Automation, Enrollment, RefusedEntry
from automation.models.automation import AutomationQuerySet
from automation.models.enrollment import EnrollmentQuerySet

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import User


def automations_for(user: User) -> AutomationQuerySet:
    """Those that the person may see."""
    return Automation.objects.alive().visible_to(user)


def enrollments_for(user: User) -> EnrollmentQuerySet:
    """Those of contacts that the person may see."""
    return Enrollment.objects.visible_to(user)


def refusals_for(user: User) -> QuerySet[RefusedEntry]:
    """Entries that the rules refused, of contacts that the person may see."""
    from crm.access import contact_scope
    from crm.models import Contact

    if not user.is_active or not user.can("automations.view"):
        return RefusedEntry.objects.none()
    return RefusedEntry.objects.filter(contact__in=Contact.objects.alive().filter(contact_scope(user)).values("pk"))
