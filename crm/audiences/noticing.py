"""Noticing whose place in an audience may have changed: one cheap statement a batch of events, nothing worked out yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from crm.audiences.comparing import recount
from crm.dispatching import Seen
from crm.models import AudienceMember, Event, PartnerContact

#: After these, members who were put in by hand are to be counted anew: a deleted contact is nobody's member.
_HIDDEN = frozenset({"contact_deleted", "contact_restored"})
#: These hand memberships of every kind from one contact to another, and back.
_MERGED = frozenset({"contacts_merged", "merge_undone"})
COUNTED_ANEW = _HIDDEN | _MERGED
#: These concern no contact by themselves, but whoever is linked with the partner.
OF_PARTNERS = frozenset({"partner_changed", "partner_deleted", "partner_restored"})

# Only where there is a dynamic audience to look again. Whoever came to or left an audience is looked at only if another
# audience asks for that one. What is being claimed at this moment is waited for and put in again: it may have been
# looked at before the change.
_NOTE = """
INSERT INTO crm_changedcontact (contact_id, changed_at)
SELECT DISTINCT seen.contact_id, %s::timestamptz FROM unnest(%s::bigint[], %s::bigint[]) AS seen(contact_id, audience_id)
WHERE EXISTS (SELECT FROM crm_audience WHERE deleted_at IS NULL AND kind = 'dynamic')
    AND (seen.audience_id IS NULL OR EXISTS (SELECT FROM crm_audiencenesting WHERE inner_id = seen.audience_id))
ORDER BY 1 ON CONFLICT (contact_id) DO NOTHING
"""


def note_events(seen: Sequence[Seen], now: datetime) -> None:
    """Keep whom events concern until the audiences have looked at them."""
    if not _anybody_to_look():
        return
    pairs = {
        (one.contact_id, one.subject_id if one.subject_kind == "audience" else None)
        for one in seen
        if one.contact_id is not None
    }
    _note(pairs, now)


def note_contacts(contact_ids: Iterable[int], *, now: datetime) -> None:
    """Have these contacts looked at by every dynamic audience."""
    _note({(pk, None) for pk in contact_ids}, now)


def note_clients(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: have whoever is linked with a changed partner looked at."""
    partners = {event.subject_id for event in events if event.subject_id}
    links = PartnerContact.objects.filter(partner__in=partners)
    note_contacts(links.values_list("contact_id", flat=True), now=now)


def count_anew(events: Sequence[Event], now: datetime) -> None:
    """Keep the number of members right where contacts are deleted, restored or merged."""
    hidden, merged = (
        {event.contact_id for event in events if event.kind in kinds and event.contact_id}
        for kinds in (_HIDDEN, _MERGED)
    )
    concerned = AudienceMember.objects.filter(Q(contact__in=hidden, by_hand=True) | Q(contact__in=merged))
    if ids := sorted(set(concerned.values_list("audience_id", flat=True))):
        recount(ids, now=now)


def _anybody_to_look() -> bool:
    """Whether there is a dynamic audience: most installations have none at first, and their events cost no more. One that
    is made at this moment begins with everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM crm_audience WHERE deleted_at IS NULL AND kind = 'dynamic')")
        return bool(cursor.fetchone()[0])


def _note(pairs: set[tuple[int, int | None]], now: datetime) -> None:
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [now, [pk for pk, _ in pairs], [audience for _, audience in pairs]])
