"""The nightly check-ins: whoever has gone quiet and has nothing planned gets a follow-up; managers hear how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from crm.due import Sweep, register_sweep
from crm.models import Organisation
from crm.models.contact import ACTIVE_LIFECYCLES
from crm.nightly import take_slot
from followups.assignment import candidates
from followups.choosing import Need
from followups.creating import NewFollowUp, create
from followups.due import Due
from followups.house_rules import CHECK_INS, rests
from followups.models import FollowUp, FollowUpType
from followups.reading.rows import contact_name
from followups.sharing_check_ins import CheckIn, Neglected, share_check_ins
from followups.staff import Staff
from messaging.notices import Notice, NoticeKind, register_notice, tell

JOB = "check_ins"

#: A check-in that came to nothing is not repeated sooner than this.
AGAIN_AFTER = timedelta(days=7)

#: True once the hour of the night has come, and on the very first day, when the clock is not set yet.
DUE_SQL = (
    f"NOT EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}')"
    f" OR EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}' AND next_at <= %(now)s)"
)


def register() -> None:
    """Make the nightly run known; called once at start-up."""
    register_notice(
        NoticeKind(
            "check_ins",
            "Nightly check-ins",
            ("in_app",),
            help="For managers: how many quiet clients got a check-in overnight, and whose they are",
            icon="leaf",
        )
    )
    register_sweep(Sweep(JOB, DUE_SQL, run_check_ins))


def run_check_ins(now: datetime) -> int:
    """Sweep: make the night's check-ins if its hour has come and nobody has; returns how many were made.

    A night that was missed is made up for by one run; two schedulers at once make one.
    """
    organisation = Organisation.objects.current()
    with transaction.atomic():
        slot = take_slot(JOB, hour=organisation.check_in_hour, zone_name=organisation.time_zone, now=now)
        if slot is None:
            return 0
        made = make_check_ins(organisation, today=slot.day, now=now)
        slot.note({"made": made})
    return made


@transaction.atomic
def make_check_ins(organisation: Organisation, *, today: date, now: datetime) -> int:
    """Make up to so many check-ins a person as the organisation allows, due today, and tell the managers; none
    while the rule rests."""
    if rests(CHECK_INS):
        return 0
    staff, people = Staff.load(now), candidates(now)
    most = organisation.check_ins_per_person
    deputies = {one.id: one.deputy_id for one in staff.people.values() if one.deputy_id}
    plans = share_check_ins(_neglected(now, most, len(people)), people, deputies, most)
    if not plans:
        return 0
    kind = FollowUpType.objects.filter(archived_at__isnull=True).order_by("position", "pk").first()
    if kind is None:
        return 0
    made = create([_new(plan, kind.pk, today) for plan in plans], by=None, now=now)
    counts = Counter(FollowUp.objects.filter(pk__in=made).values_list("assignee_id", flat=True))
    tell(_summaries(counts, staff, today), now=now)
    return len(made)


def _neglected(now: datetime, most: int, people: int) -> list[Neglected]:
    """Those past their rhythm with nothing planned: per owner as many as may be made, the longest silence first."""
    columns = ("id", "first_name", "last_name", "organisation", "email", "phone", "external_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {", ".join(columns)}, owner_id, country, language, team_id, rots_at,
                coalesce(last_two_way_at, created_at) AS quiet_since, expected_rhythm, times
            FROM (
                SELECT c.*, before.times,
                    row_number() OVER (PARTITION BY c.owner_id ORDER BY c.rots_at, c.id) AS place
                FROM crm_contact c
                CROSS JOIN LATERAL (
                    SELECT count(*) AS times, max(coalesce(f.completed_at, f.cancelled_at, f.deleted_at, f.created_at)) AS last
                    FROM followups_followup f WHERE f.contact_id = c.id
                        AND f.source_key LIKE 'check-in:' || c.id || ':' || (c.rots_at AT TIME ZONE 'UTC')::date || '%%'
                ) before
                WHERE c.deleted_at IS NULL AND c.lifecycle = ANY(%s) AND c.rots_at <= %s AND c.open_followups = 0
                    AND (before.last IS NULL OR before.last <= %s)
            ) ranked
            WHERE place <= %s ORDER BY rots_at, id
            """,
            # An owner who is away passes theirs on, and what nobody owns is shared out: so many may be needed of each.
            [[str(one) for one in ACTIVE_LIFECYCLES], now, now - AGAIN_AFTER, most * max(1, people)],
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        Neglected(
            contact_id=row["id"],
            name=contact_name(row, prefix=""),
            owner_id=row["owner_id"],
            need=Need(row["country"], row["language"], row["team_id"]),
            rots_at=row["rots_at"],
            days=(now - row["quiet_since"]).days,
            rhythm=row["expected_rhythm"],
            times=row["times"],
        )
        for row in rows
    ]


def _new(plan: CheckIn, type_id: int, today: date) -> NewFollowUp:
    client = plan.client
    key = f"check-in:{client.contact_id}:{client.rots_at:%Y-%m-%d}"
    return NewFollowUp(
        contact_id=client.contact_id,
        subject=f"Check in with {client.name}"[:200],
        type_id=type_id,
        due=Due(on=today),
        assignee_id=plan.assignee_id,
        priority="high" if client.days >= 2 * client.rhythm else "medium",
        description=f"<p>No real contact for {client.days} days; every {client.rhythm} days were meant.</p>",
        reminders=(),
        source_key=f"{key}:{client.times + 1}" if client.times else key,
        assigned_because=plan.because,
    )


def _summaries(counts: Counter[int], staff: Staff, today: date) -> list[Notice]:
    """One notice for each lead, or each administrator where there is no lead above."""
    above: dict[int, list[tuple[str, int]]] = {}
    for person_id, count in counts.items():
        for boss in staff.above(person_id) or [one for one in staff.administrators() if one != person_id]:
            above.setdefault(boss, []).append((staff.people[person_id].name, count))
    return [_summary(boss, sorted(parts), today) for boss, parts in above.items()]


def _summary(boss: int, parts: Sequence[tuple[str, int]], today: date) -> Notice:
    total = sum(count for _, count in parts)
    what = "check-in was" if total == 1 else "check-ins were"
    whose = parts[0][0] if len(parts) == 1 else f"{len(parts)} people"
    return Notice(
        user_id=boss,
        kind="check_ins",
        subject=f"{total} {what} made overnight for {whose}",
        data={
            "url": "/followups/?due=today",
            "lines": ["These clients had gone quiet and had nothing planned."],
            "facts": [[name, str(count)] for name, count in parts],
        },
        dedupe_key=f"check_ins:{today.isoformat()}:{boss}",
    )
