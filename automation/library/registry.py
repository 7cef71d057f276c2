"""The entries of the library. A new one is a module here and a line in ENTRIES; docs/library.md says how."""

from __future__ import annotations

from automation.library import (
    agreed_no_action,
    callback_missed,
    document_expiry,
    fair_assignment,
    ghosted_after_meeting,
    hot_lead,
    long_term_nurture,
    monthly_checkin,
    multi_touch_nurture,
    onboarding,
    payment_escalation,
    post_event,
    price_objection_silence,
    proposal_no_response,
    qualified_not_converted,
    reactivation,
    speed_to_lead,
    three_failed_attempts,
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
        speed_to_lead.ENTRY,
        proposal_no_response.ENTRY,
        agreed_no_action.ENTRY,
        callback_missed.ENTRY,
        ghosted_after_meeting.ENTRY,
        price_objection_silence.ENTRY,
        three_failed_attempts.ENTRY,
        qualified_not_converted.ENTRY,
        long_term_nurture.ENTRY,
        post_event.ENTRY,
    )
}  # fmt: skip
