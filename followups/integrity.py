"""What must hold of follow-ups, reminders, escalations and digests."""

from __future__ import annotations

from crm.integrity import WAITED, Check, register_checks


def register() -> None:
    """Make the rules known; called once at start-up."""
    register_checks(
        Check(
            "followups_of_deleted_people",
            "open follow-ups of people whose account is closed",
            "SELECT count(*) FROM followups_followup f JOIN crm_user u ON u.id = f.assignee_id"
            " WHERE f.deleted_at IS NULL AND f.status IN ('pending', 'in_progress', 'missed') AND NOT u.is_active",
        ),
        Check(
            "open_counts_off",
            "contacts whose number of open follow-ups is wrong",
            "SELECT count(*) FROM crm_contact c LEFT JOIN (SELECT contact_id, count(*) AS number FROM followups_followup"
            " WHERE deleted_at IS NULL AND status IN ('pending', 'in_progress', 'missed') GROUP BY 1) f ON f.contact_id = c.id"
            " WHERE c.open_followups <> coalesce(f.number, 0)",
        ),
        Check(
            "next_due_off",
            "contacts whose next follow-up is not the first of their open ones",
            "SELECT count(*) FROM crm_contact c LEFT JOIN (SELECT contact_id, min(due_by) AS due FROM followups_followup"
            " WHERE deleted_at IS NULL AND status IN ('pending', 'in_progress', 'missed') GROUP BY 1) f ON f.contact_id = c.id"
            " WHERE c.next_due_by IS DISTINCT FROM f.due",
        ),
        Check(
            "reminders_nobody_takes",
            "reminders past their time for ten minutes that have not fired",
            f"SELECT count(*) FROM followups_reminder WHERE state = 'waiting' AND fire_at < %(now)s - {WAITED}",
        ),
        Check(
            "reminders_of_the_ended",
            "reminders that wait although their follow-up has ended",
            "SELECT count(*) FROM followups_reminder r JOIN followups_followup f ON f.id = r.followup_id"
            " WHERE r.state = 'waiting' AND (f.deleted_at IS NOT NULL OR f.status IN ('completed', 'cancelled'))",
        ),
        Check(
            "escalations_of_the_ended",
            "escalations that climb although their follow-up has ended",
            "SELECT count(*) FROM followups_escalation e JOIN followups_followup f ON f.id = e.followup_id"
            " WHERE e.closed_at IS NULL AND (f.deleted_at IS NOT NULL OR f.status IN ('completed', 'cancelled'))",
        ),
        Check(
            "digests_nobody_makes",
            "digests that should have been made more than ten minutes ago",
            "SELECT count(*) FROM followups_digestschedule s JOIN crm_user u ON u.id = s.user_id"
            f" WHERE u.is_active AND s.next_at < %(now)s - {WAITED}",
        ),
        Check(
            "followups_without_search_entry",
            "follow-ups that search does not find",
            "SELECT count(*) FROM followups_followup f LEFT JOIN crm_contact c ON c.id = f.contact_id"
            " WHERE f.deleted_at IS NULL AND c.deleted_at IS NULL AND NOT EXISTS"
            " (SELECT FROM crm_searchentry s WHERE s.kind = 'followup' AND s.object_id = f.id)",
        ),
    )
