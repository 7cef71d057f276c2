"""Keeping the list of duplicates fresh: a search each night, and soon after somebody is new or has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from crm.dispatching import Subscriber, subscribe
from crm.due import Sweep, register_sweep
from crm.merging.finding import search_all, search_for
from crm.models import Event, Organisation
from crm.nightly import take_slot

JOB = "duplicates"
#: The hour of the night, in the organisation's zone.
HOUR = 3
BATCH = 500
#: When so many wait, as after an import, looking through everybody once is cheaper.
MANY = 10_000

NIGHTLY_DUE_SQL = (
    f"NOT EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}')"
    f" OR EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}' AND next_at <= %(now)s)"
)
SOON_DUE_SQL = "EXISTS (SELECT FROM crm_uncomparedcontact)"

KINDS = frozenset({"contact_created", "contact_imported", "contact_changed", "contact_restored", "merge_undone"})
#: What is compared; a change of anything else makes nobody more alike.
COMPARED = frozenset(
    "first_name last_name organisation email other_emails phone other_phones shares_address external_id city country".split()
)


def register() -> None:
    """Make the subscriber and both sweeps known; called once at start-up."""
    subscribe(Subscriber("duplicates", KINDS, note_changed))
    register_sweep(Sweep("duplicates_nightly", NIGHTLY_DUE_SQL, search_nightly, slow=True))
    register_sweep(Sweep("duplicates_soon", SOON_DUE_SQL, search_changed, slow=True))


def note_changed(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: remember whom to look at, in one statement however many there are."""
    ids = {event.contact_id for event in events if event.contact_id is not None and _matters(event)}
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO crm_uncomparedcontact SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING", [sorted(ids)]
            )


def _matters(event: Event) -> bool:
    changes = event.data.get("changes") if event.kind == "contact_changed" else None
    return not isinstance(changes, dict) or bool(COMPARED & changes.keys())


def search_nightly(now: datetime) -> int:
    """Sweep: the night's search through everybody, once a local day whoever calls; returns how many were looked at.

    All of it is one transaction: what a crash interrupts is begun again.
    """
    with transaction.atomic():
        organisation = Organisation.objects.current()
        slot = take_slot(JOB, hour=HOUR, zone_name=organisation.time_zone, now=now)
        if slot is None:
            return 0
        found = search_all(now)
        slot.note(found)
    return found["contacts"]


def search_changed(now: datetime) -> int:
    """Sweep: look at those who are new or have changed; returns how many. A crash leaves a batch waiting, and many to
    the night."""
    done = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM (SELECT FROM crm_uncomparedcontact LIMIT %s) t", [MANY])
            many = cursor.fetchone()[0] >= MANY
        if many:
            ids = _claim(None)
            # With their rows gone for good: whoever notes one of them again would wait until a claim that is still
            # open ends, and everybody is looked at for as much as a minute.
            search_all(now)
        else:
            with transaction.atomic():
                if ids := _claim(BATCH):
                    search_for(ids, now)
        if not ids:
            return done
        done += len(ids)


def _claim(most: int | None) -> list[int]:
    """Take those who wait, all of them without `most`; what another worker has is left to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM crm_uncomparedcontact WHERE contact_id IN (SELECT contact_id FROM crm_uncomparedcontact"
            " ORDER BY contact_id FOR UPDATE SKIP LOCKED LIMIT %s) RETURNING contact_id",
            [most],
        )
        return [row[0] for row in cursor.fetchall()]
