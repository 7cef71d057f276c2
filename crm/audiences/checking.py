"""What must hold of audiences, and what may wait of their work."""

from __future__ import annotations

from crm.audiences.sampling import members_off
from crm.audit import Audited, register_audited
from crm.backlog import Backlog, register_backlogs
from crm.integrity import WAITED, Check
from crm.integrity import register_checks as make_known
from crm.models import Audience


def register_checks() -> None:
    """Counts, members of nothing, work that waits; called at start-up."""
    make_known(
        Check(
            "audience_counts_off",
            "audiences that have been counted wrongly",
            "SELECT count(*) FROM crm_audience a WHERE a.deleted_at IS NULL AND a.state <> 'filling' AND a.count <> ("
            "SELECT count(*) FROM crm_audiencemember m JOIN crm_contact c ON c.id = m.contact_id"
            " WHERE m.audience_id = a.id AND (c.deleted_at IS NULL OR NOT m.by_hand))"
            " AND NOT EXISTS (SELECT FROM crm_pendingevent)",
        ),
        Check(
            "audience_members_off",
            "contacts, of a sample, who are in an audience that does not describe them, or not in one that does",
            count=members_off,
        ),
        Check(
            "audience_members_deleted",
            "deleted contacts whom a condition still keeps in an audience",
            "SELECT count(*) FROM crm_audiencemember m JOIN crm_contact c ON c.id = m.contact_id JOIN crm_audience a"
            " ON a.id = m.audience_id WHERE c.deleted_at IS NOT NULL AND NOT m.by_hand AND a.state = 'ready'"
            " AND a.kind = 'dynamic' AND a.deleted_at IS NULL AND NOT EXISTS"
            " (SELECT FROM crm_changedcontact w WHERE w.contact_id = c.id)",
        ),
        Check(
            "changed_contacts_waiting_too_long",
            "contacts that changed ten minutes ago and that no audience has looked at",
            f"SELECT count(*) FROM crm_changedcontact WHERE changed_at < %(now)s - {WAITED}",
        ),
    )
    register_backlogs(
        Backlog("audiences", "Changed contacts for audiences", "SELECT changed_at AS at FROM crm_changedcontact"),
    )
    register_audited("audience", Audited("Audience", Audience, lambda row: str(row.name), "/audiences/{}/"))
