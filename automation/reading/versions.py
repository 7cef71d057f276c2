"""The versions of an automation, as pages read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.models import Automation, AutomationVersion
from crm.access import contacts_for
from crm.reading.contact_rows import name_of

if TYPE_CHECKING:
    from crm.models import User

#: Versions that the page shows.
MOST = 50
_NAME = ("id", "first_name", "last_name", "organisation", "email", "phone", "external_id")


def draft_and_live(automation: Automation) -> tuple[AutomationVersion | None, AutomationVersion | None]:
    """The draft, if somebody is at one, and the version that lets people in, if there is one; one query at most where
    `live` was loaded with the automation."""
    draft = AutomationVersion.objects.filter(automation=automation, published_at__isnull=True).first()
    return draft, automation.live


def versions_of(automation: Automation) -> list[AutomationVersion]:
    """The last versions, the newest first, with who made and published them; one query."""
    rows = AutomationVersion.objects.filter(automation=automation)
    people = ("created_by", "published_by", "approved_by")
    return list(rows.select_related(*people).order_by("-number")[:MOST])


def version_of(automation: Automation, number: int) -> AutomationVersion | None:
    """A published version by its number."""
    rows = AutomationVersion.objects.filter(automation=automation, published_at__isnull=False)
    return rows.filter(number=min(number, 2**31 - 1)).first()


def sample_of(user: User, contact_ids: list[int]) -> list[dict[str, Any]]:
    """Those of the contacts whom the person may see, in this order, with their names."""
    known = {row["id"]: row for row in contacts_for(user).filter(pk__in=contact_ids).values(*_NAME)}
    return [known[pk] | {"name": name_of(known[pk])} for pk in contact_ids if pk in known]
