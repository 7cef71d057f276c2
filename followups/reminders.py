"""The reminder sweep: what is due becomes messages, each reminder exactly once, whatever crashes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import OperationalError, connection, transaction

from crm.models import User
from followups.due import Due, in_words
from messaging.notices import Notice, tell

log = logging.getLogger(__name__)

DUE_SQL = "EXISTS (SELECT FROM followups_reminder WHERE state = 'waiting' AND fire_at <= %(now)s)"
BATCH = 1000

# One statement takes the batch and decides: a reminder of an ended follow-up is cancelled, one of a follow-up that
# sleeps waits until it wakes, the others fire. Rows that another worker holds are left to it.
_TAKE = """
WITH due AS MATERIALIZED (
    SELECT id FROM followups_reminder WHERE state = 'waiting' AND fire_at <= %(now)s
    ORDER BY fire_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), judged AS MATERIALIZED (
    SELECT due.id, f.subject, f.contact_id, f.due_on, f.due_at, f.snoozed_until, f.speed_to_lead,
        concat_ws(' · ', nullif(coalesce(nullif(concat_ws(' ', nullif(c.first_name, ''), nullif(c.last_name, '')), ''),
            c.organisation), ''), p.name) AS client,
        CASE WHEN f.deleted_at IS NOT NULL OR c.deleted_at IS NOT NULL OR f.status IN ('completed', 'cancelled')
                OR (f.contact_id IS NULL AND p.deleted_at IS NOT NULL) THEN 'cancelled'
             WHEN f.snoozed_until > %(now)s THEN 'waiting'
             ELSE 'fired' END AS state
    FROM due JOIN followups_reminder r ON r.id = due.id JOIN followups_followup f ON f.id = r.followup_id
    LEFT JOIN crm_contact c ON c.id = f.contact_id LEFT JOIN crm_partner p ON p.id = f.partner_id
), taken AS (
    UPDATE followups_reminder r SET state = j.state,
        fired_at = CASE WHEN j.state = 'fired' THEN %(now)s ELSE r.fired_at END,
        fire_at = CASE WHEN j.state = 'waiting' THEN j.snoozed_until ELSE r.fire_at END
    FROM judged j WHERE j.id = r.id
    RETURNING r.id, r.followup_id, r.user_id, extract(epoch FROM r.fire_at)::bigint, r.late, r.channels, j.state, j.subject, j.contact_id, j.client,
        j.due_on, j.due_at, j.speed_to_lead
)
SELECT * FROM taken
"""


class Taken(NamedTuple):
    """One reminder as it was taken, with the facts that its message needs."""

    id: int
    followup_id: int
    user_id: int
    fire_at: int  # seconds since 1970
    late: bool
    channels: list[str]
    state: str
    subject: str
    contact_id: int | None
    client: str
    due_on: date | None
    due_at: datetime | None
    speed_to_lead: bool


def sweep_reminders(now: datetime) -> int:
    """Fire all that is due, batch by batch; returns how many reminders were taken."""
    zones: dict[int, str] = {}
    total = 0
    while taken := _batch(now, zones, BATCH):
        total += taken
        if taken < BATCH:
            break
    return total


def _batch(now: datetime, zones: dict[int, str], limit: int) -> int:
    """Take up to `limit` and put their messages into the outbox, both or neither. One that cannot be told is marked
    with its error and holds up no other."""
    taken: list[Taken] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_TAKE, {"now": now, "limit": limit})
                taken = list(map(Taken._make, cursor.fetchall()))
            tell(_notices([one for one in taken if one.state == "fired"], zones), now=now)
    except OperationalError:  # the database is away or busy: the same again at the next pulse
        raise
    except Exception as problem:
        log.exception("reminders failed", extra={"reminders": len(taken)})
        if len(taken) > 1:
            return sum(_batch(now, zones, 1) for _ in taken)
        _mark_failed(taken, problem)
    return len(taken)


def _notices(fired: Sequence[Taken], zones: dict[int, str]) -> list[Notice]:
    if unknown := {one.user_id for one in fired} - zones.keys():
        zones |= dict(User.objects.filter(pk__in=unknown).values_list("pk", "time_zone"))
    words: dict[tuple[object, ...], str] = {}
    crowds = Counter((one.user_id, _minute(one)) for one in fired if one.speed_to_lead)
    notices = []
    for one in fired:
        when = (one.due_on, one.due_at, zones[one.user_id])
        due = words.get(when)
        if due is None:
            due = words[when] = in_words(Due(on=one.due_on, at=one.due_at), zones[one.user_id])
        if one.speed_to_lead and (size := crowds.pop((one.user_id, _minute(one)), 0)) != 1:
            if size:
                notices.append(_about_leads(one, due))
            continue
        notices.append(
            Notice(
                one.user_id,
                "reminder",
                f"{one.subject}, due {due}",
                {
                    "url": f"/followups/{one.followup_id}/",
                    "subject": one.subject,
                    "client": one.client,
                    "contact_id": one.contact_id,
                    "due": due,
                    "late": one.late,
                },
                f"reminder:{one.id}:{one.fire_at}",
                "followup",
                one.followup_id,
                one.channels,
            )
        )
    return notices


def _minute(one: Taken) -> int:
    """The minute it fires in: what a list brings in over a few seconds belongs together."""
    return one.fire_at // 60


def _about_leads(first: Taken, due: str) -> Notice:
    """One notice for all the leads that came to a person together. It tells no number: they may fill several batches,
    whose notices have the same key."""
    subject = "First contacts with new leads"
    return Notice(
        first.user_id,
        "reminder",
        f"{subject}, due {due}",
        {
            "url": "/followups/?assignee=me",
            "button": "Open the list",
            "subject": subject,
            "due": due,
            "late": first.late,
        },
        f"reminder:leads:{first.user_id}:{_minute(first)}",
        "followup",
        first.followup_id,
    )


def _mark_failed(taken: Sequence[Taken], problem: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE followups_reminder SET state = 'failed', error = %s WHERE id = ANY(%s) AND state = 'waiting'",
            [repr(problem)[:300], [one.id for one in taken]],
        )
