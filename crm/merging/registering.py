"""What the ground floor registers for duplicates and merging; called once at start-up."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from crm.due import Sweep, register_sweep
from crm.merging import fresh, stragglers, undoing
from crm.merging.relations import register_copied, register_loose, register_staying


def register() -> None:
    """Make the relations, sweeps and the undoer known."""
    register_copied("crm.Consent", _stricter_consent)
    register_copied("crm.ContactTag")
    register_copied("crm.ContactParticipant")
    register_copied("crm.AudienceMember")
    register_copied("crm.PartnerContact", _known_role)
    register_staying("crm.OtherAddress")  # the database keeps it from the contact's own columns
    register_staying("crm.ImportedContact")  # what an import did to that record; undoing it must not touch the kept one
    register_staying("crm.DuplicatePair")
    register_loose("crm_parkedevent", "contact_id")
    register_sweep(Sweep("merges", stragglers.DUE_SQL, stragglers.look_again))
    fresh.register()
    undoing.register()


def _stricter_consent(cursor: CursorWrapper, kept: int, gone: int) -> None:
    """An opt-out of either holds for the one that is left, with its source and proof."""
    cursor.execute(
        """
        UPDATE crm_consent k SET state = g.state, source = g.source, proof = g.proof,
            recorded_by_id = g.recorded_by_id, recorded_at = g.recorded_at
        FROM crm_consent g
        WHERE k.contact_id = %s AND g.contact_id = %s AND g.channel = k.channel AND g.topic = k.topic
            AND g.state = 'withdrawn' AND k.state <> 'withdrawn'
        """,
        [kept, gone],
    )


def _known_role(cursor: CursorWrapper, kept: int, gone: int) -> None:
    """Where only the gone one's link to a partner says what it is, the kept one's says it too; the earlier start counts."""
    cursor.execute(
        """
        UPDATE crm_partnercontact k SET role = CASE WHEN k.role = '' THEN g.role ELSE k.role END,
            since = least(k.since, g.since)
        FROM crm_partnercontact g
        WHERE k.contact_id = %s AND g.contact_id = %s AND g.partner_id = k.partner_id
            AND (k.role = '' AND g.role <> '' OR g.since < k.since)
        """,
        [kept, gone],
    )
