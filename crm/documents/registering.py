"""What documents register when the project starts."""

from __future__ import annotations

from crm.audit import Audited, register_audited
from crm.backlog import Backlog, register_backlogs
from crm.documents.expiring import SWEEP
from crm.documents.filing import JOB, clean_up
from crm.documents.taking_back import register_undoers
from crm.due import Sweep, register_sweep
from crm.integrity import Check, register_checks
from crm.models import Document


def register() -> None:
    """Make the undo, the sweeps, the audit trail and the checks of documents known."""
    register_undoers()
    register_sweep(SWEEP)
    register_sweep(
        Sweep(
            JOB,
            f"NOT EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}' AND next_at > %(now)s)",
            clean_up,
            slow=True,
        )
    )
    register_audited("document", Audited("Document", Document, lambda row: str(row.name), "/documents/{}/"))
    register_backlogs(
        Backlog(
            "documents",
            "Documents that run out",
            "SELECT look_on::timestamptz AS at FROM crm_document WHERE deleted_at IS NULL"
            " AND look_on <= (SELECT crm_organisation_day(%(now)s))",
        )
    )
    register_checks(
        Check(
            "documents_nobody_will_warn_of",
            "documents that run out, whose place none has taken, and that no sweep will look at",
            "SELECT count(*) FROM crm_document d WHERE deleted_at IS NULL AND state IN ('received', 'approved')"
            " AND expires_on IS NOT NULL AND look_on IS NULL AND NOT EXISTS (SELECT FROM crm_document r WHERE"
            " r.replaces_id = d.id AND r.deleted_at IS NULL AND r.state IN ('received', 'approved', 'expired'))",
        )
    )
