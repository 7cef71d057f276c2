"""The daily digest: at each person's own hour one mail with their day, or none when there is nothing to say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from crm.due import Sweep, register_sweep
from crm.models import Role
from crm.zones import day_after, local_day, zone
from followups.action_links import action_path
from followups.digest_content import TeamFacts, compose
from followups.digest_facts import Facts, combined, load_facts
from followups.digest_times import next_digest
from followups.staff import Staff
from messaging.notices import Notice, NoticeKind, register_notice, tell

BATCH = 200

#: True when somebody's hour has come, or somebody has no hour yet (new, or moved to another zone or hour).
DUE_SQL = """EXISTS (SELECT FROM followups_digestschedule WHERE next_at <= %(now)s) OR EXISTS (
    SELECT FROM crm_user u WHERE u.is_active AND u.wants_digest
        AND NOT EXISTS (SELECT FROM followups_digestschedule s WHERE s.user_id = u.id))"""


def register() -> None:
    """Make the digest known; called once at start-up."""
    register_notice(
        NoticeKind(
            "digest",
            "Daily digest",
            ("email",),
            help="Your day in one mail: overdue, today, clients going quiet, and what to begin with",
            icon="newspaper",
            renderer="digest",
        )
    )
    register_sweep(Sweep("digests", DUE_SQL, send_digests))


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose hour has come. `last` is the local date of their latest digest."""

    id: int
    name: str
    role: str
    zone: str
    hour: int
    last: date | None


def send_digests(now: datetime) -> int:
    """Sweep: set the missing hours, then write the digests that are due; returns how many people were looked at."""
    total = set_missing_hours(now)
    while count := _send_batch(now):
        total += count
        if count < BATCH:
            break
    return total


@transaction.atomic
def set_missing_hours(now: datetime) -> int:
    """Give everybody who wants a digest and has no next one their next hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, u.time_zone, u.digest_hour, (SELECT max(local_date) FROM followups_digest d WHERE d.user_id = u.id)
            FROM crm_user u WHERE u.is_active AND u.wants_digest
                AND NOT EXISTS (SELECT FROM followups_digestschedule s WHERE s.user_id = u.id)
            """
        )
        times = {
            pk: next_digest(now, zone_name=name, hour=hour, last=last) for pk, name, hour, last in cursor.fetchall()
        }
        if times:
            cursor.execute(
                """
                INSERT INTO followups_digestschedule (user_id, next_at)
                SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) ON CONFLICT DO NOTHING
                """,
                [list(times), list(times.values())],
            )
    return len(times)


@transaction.atomic
def _send_batch(now: datetime) -> int:
    """Write digests for a batch of people, each once a local day; workers at once never take the same person."""
    readers = _claim(now)
    if not readers:
        return 0
    days = _first_today(readers, now)
    fresh = [reader for reader in readers if reader.id in days]
    notices = _write(fresh, days, now) if fresh else []
    tell(notices, now=now)
    _set_next(readers, days, now)
    return len(readers)


def _claim(now: datetime) -> list[Reader]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, coalesce(nullif(u.full_name, ''), split_part(u.email, '@', 1)), u.role, u.time_zone, u.digest_hour,
                (SELECT max(local_date) FROM followups_digest d WHERE d.user_id = u.id), u.is_active AND u.wants_digest
            FROM followups_digestschedule s JOIN crm_user u ON u.id = s.user_id
            WHERE s.next_at <= %s ORDER BY s.next_at, s.user_id LIMIT %s FOR UPDATE OF s SKIP LOCKED
            """,
            [now, BATCH],
        )
        rows = cursor.fetchall()
        gone = [row[0] for row in rows if not row[6]]
        if gone:
            cursor.execute("DELETE FROM followups_digestschedule WHERE user_id = ANY(%s)", [gone])
    return [Reader(*row[:6]) for row in rows if row[6]]


def _first_today(readers: Sequence[Reader], now: datetime) -> dict[int, date]:
    """Take each reader's local day; those whose day was taken before are left out."""
    days = {reader.id: local_day(now, reader.zone) for reader in readers}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO followups_digest (user_id, local_date, made_at, items)
            SELECT t.*, %s, '{}' FROM unnest(%s::bigint[], %s::date[]) AS t
            ON CONFLICT (user_id, local_date) DO NOTHING RETURNING user_id
            """,
            [now, list(days), list(days.values())],
        )
        return {row[0]: days[row[0]] for row in cursor.fetchall()}


def _write(readers: Sequence[Reader], days: Mapping[int, date], now: datetime) -> list[Notice]:
    staff = Staff.load(now)
    teams = {reader.id: _team_of(reader, staff) for reader in readers}
    zones = {reader.id: reader.zone for reader in readers}
    zones |= {person: staff.people[person].zone for members in teams.values() for person in members}
    facts = load_facts(zones, [reader.id for reader in readers], now)
    contents, notices = {}, []
    for reader in readers:
        content = compose(
            facts[reader.id],
            team=_team_facts(teams[reader.id], staff, facts),
            name=reader.name,
            now=now,
            zone=zone(reader.zone),
            link=partial(action_path, reader.id, now=now),
        )
        if content is not None:
            contents[reader.id] = content
            notices.append(
                Notice(
                    user_id=reader.id,
                    kind="digest",
                    subject=content["subject"],
                    data=content,
                    dedupe_key=f"digest:{reader.id}:{days[reader.id].isoformat()}",
                    expires_at=day_after(days[reader.id], reader.zone),
                )
            )
    _keep(contents, days)
    return notices


def _team_of(reader: Reader, staff: Staff) -> list[int]:
    """Whose day a manager hears of too: their teams'; an administrator everybody's."""
    if reader.role == Role.ADMINISTRATOR:
        return [person for person in staff.people if person != reader.id]
    if reader.role != Role.MANAGER:
        return []
    mine = staff.teams.get(reader.id, set())
    return [person for person, teams in staff.teams.items() if person != reader.id and teams & mine]


def _team_facts(members: Sequence[int], staff: Staff, facts: Mapping[int, Facts]) -> TeamFacts | None:
    if not members:
        return None
    return TeamFacts(
        total=combined(facts, members),
        people={staff.people[person].name: facts[person] for person in members},
        away=sorted(staff.people[person].name for person in members if staff.people[person].away),
    )


def _keep(contents: Mapping[int, dict[str, Any]], days: Mapping[int, date]) -> None:
    """Keep what was said, without its one-click links."""
    said = [
        content
        | {
            "sections": [
                {**part, "lines": [{**line, "acts": []} for line in part["lines"]]} for part in content["sections"]
            ]
        }
        for content in contents.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_digest d SET items = t.items FROM unnest(%s::bigint[], %s::date[], %s::jsonb[]) AS t(id, day, items)
            WHERE d.user_id = t.id AND d.local_date = t.day
            """,
            [list(contents), [days[person] for person in contents], [json.dumps(one) for one in said]],
        )


def _set_next(readers: Sequence[Reader], days: Mapping[int, date], now: datetime) -> None:
    nexts = {
        reader.id: next_digest(
            now, zone_name=reader.zone, hour=reader.hour, last=_latest(reader.last, days.get(reader.id))
        )
        for reader in readers
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_digestschedule s SET next_at = t.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, at)
            WHERE s.user_id = t.id
            """,
            [list(nexts), list(nexts.values())],
        )


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)
