"""The entries of the library. A new one is a module here and a line in ENTRIES; docs/library.md says how."""

from __future__ import annotations

from automation.library import (
    document_expiry,
    fair_assignment,
    hot_lead,
    monthly_checkin,
    multi_touch_nurture,
    onboarding,
    payment_escalation,
    reactivation,
)
from automation.library.shape import Entry

ENTRIES: dict[str, Entry] = {
    one.slug: one
    for one in (
        onboarding.ENTRY,
        payment_escalation.ENTRY,
        reactivation.ENTRY,
        document_expiry.ENTRY,
        multi_touch_nurture.ENTRY,
        fair_assignment.ENTRY,
        monthly_checkin.ENTRY,
        hot_lead.ENTRY,
    )
}  # fmt: skip
