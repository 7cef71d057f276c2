"""Fills a database with made-up rows in a handful of statements: people, contacts, follow-ups, reminders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection, models


def headcount(followup_count: int) -> tuple[int, int]:
    """Return how many people work there, and how many of them are managers: fifteen at 10,000, 200 at a million."""
    people = max(15, min(200, followup_count // 5_000))
    return people, max(1, people // 20)


FIRST = "Maria Ahmed Linh Priya Jonas Elena David Sofia Hassan Noor Tomas Ida Sam Ana Wei Fatima Olga Pedro Yuki Amina".split()
LAST = "Santos Farouk Tran Nair Weber Rossi Okafor Lindqvist Ali Haddad Novak Berg Lee Silva Chen Hassan Petrova Gomez Sato Diallo".split()
SUBJECTS = "Call about visa options|Send document checklist|Check the bank letter|Monthly check-in|Payment discussion|Ask about passport renewal".split(
    "|"
)


def literal(value: Any) -> str:
    """Return a model field's default as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "'{}'"
    if isinstance(value, dict):
        return "'{}'::jsonb"
    if isinstance(value, datetime):
        return "now()"
    return "'" + str(value).replace("'", "''") + "'"


def insert(model: type[models.Model], given: dict[str, str], source: str, *, into: str = "") -> int:
    """Insert into the model's table from `source`: SQL expressions for `given` columns, defaults for the rest."""
    columns, values = [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.column not in given:
            continue
        columns.append(f'"{field.column}"')
        if field.column in given:
            values.append(given[field.column])
        elif field.has_default():
            values.append(literal(field.get_default()))
        else:
            values.append("NULL" if field.null else literal(field.get_default()))
    sql = f'INSERT INTO "{into or model._meta.db_table}" ({", ".join(columns)}) SELECT {", ".join(values)} {source}'
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%", "%%"), [])
        return cursor.rowcount


def array(words: list[str]) -> str:
    return "(ARRAY[" + ",".join("'" + word.replace("'", "''") + "'" for word in words) + "])"


def people(count: int, managers: int) -> None:
    """One administrator, managers of a team each, agents in those teams, all in UTC."""
    from crm.models import Membership, Team, User

    insert(
        User,
        {
            "email": "'person' || n || '@bench.example'",
            "full_name": f"{array(FIRST)}[1 + n % 20] || ' ' || {array(LAST)}[1 + n / 20 % 20]",
            "role": f"CASE WHEN n = 1 THEN 'administrator' WHEN n <= {managers + 1} THEN 'manager' ELSE 'agent' END",
            "password": "'!'",
            "capacity": "20",
        },
        f"FROM generate_series(1, {count}) AS n",
    )
    insert(Team, {"name": "'Team ' || n"}, f"FROM generate_series(1, {managers}) AS n")
    insert(
        Membership,
        {"user_id": "u.id", "team_id": "t.id", "is_lead": "u.role = 'manager'"},
        f"FROM crm_user u JOIN crm_team t ON t.name = 'Team ' || (1 + u.id % {managers}) WHERE u.role <> 'administrator'",
    )


def agent(number: str, count: int, managers: int) -> str:
    """Return SQL for the id of an agent, round and round by `number`."""
    return f"(SELECT min(id) FROM crm_user) + {managers + 1} + {number} % {count - managers - 1}"


def contacts(count: int, agent_id: str, *, after: int = 0) -> None:
    from crm.models import Contact

    insert(
        Contact,
        {
            "first_name": f"{array(FIRST)}[1 + n % 20]",
            "last_name": f"{array(LAST)}[1 + n / 20 % 20] || ' ' || n",
            "email": "'contact' || n || '@clients.example'",
            "phone": "'+4915' || lpad(n::text, 9, '0')",
            "lifecycle": "(ARRAY['new','working','qualified','client','lost'])[1 + n % 5]",
            "owner_id": agent_id,
            "country": "'DE'",
            "created_at": "now() - (n % 700) * interval '1 day'",
            "last_two_way_at": "now() - (n % 90) * interval '1 day'",
        },
        f"FROM generate_series({after + 1}, {after + count}) AS n",
    )


def more_contacts(count: int) -> None:
    """Add so many who have no follow-ups."""
    from crm.models import Contact

    contacts(count, "NULL", after=Contact.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE crm_contact")


def followups(count: int, of_contacts: int, agent_id: str) -> None:
    """A tenth is open, due within thirty days either way; the rest is done.

    Nineteen of twenty are spread over all contacts; the rest makes long-standing clients of some, with forty more each.
    """
    from followups.models import FollowUp

    given = {
        "contact_id": f"(SELECT min(id) FROM crm_contact) + CASE WHEN n % 19 = 0 THEN n / 760 ELSE n % {of_contacts} END",
        "subject": f"{array(SUBJECTS)}[1 + n % 6] || ' ' || n",
        "type_id": "(SELECT min(id) FROM followups_followuptype) + n % 6",
        "priority": "(ARRAY['low','medium','high','urgent'])[1 + n % 4]",
        "status": "CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'completed' END",
        "due_at": "now() + (n % 5003 - 2500) * interval '17 minutes'",
        "due_by": "now() + (n % 5003 - 2500) * interval '17 minutes'",
        "completed_at": "CASE WHEN n % 10 = 0 THEN NULL ELSE now() - (n % 600) * interval '1 day' END",
        "completed_by_id": f"CASE WHEN n % 10 = 0 THEN NULL ELSE {agent_id} END",
        "assignee_id": agent_id,
        "created_at": "now() - (n % 700) * interval '1 day'",
    }
    insert(FollowUp, given, f"FROM generate_series(1, {count}) AS n")


def lay_out() -> None:
    """Spread what is open over thirty days either way again: a sweep's bench leaves all of it due on one day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_followup f
            SET status = 'pending', missed_at = NULL, snoozed_until = NULL, due_at = t.due, due_by = t.due
            FROM (SELECT id, now() + (id % 5003 - 2500) * interval '17 minutes' AS due
                  FROM followups_followup WHERE status IN ('pending', 'in_progress', 'missed')) t
            WHERE t.id = f.id AND (f.status <> 'pending' OR abs(extract(epoch FROM f.due_by - t.due)) > 7200)
            """
        )
        if cursor.rowcount:
            cursor.execute("VACUUM ANALYZE followups_followup")
            cursor.execute("VACUUM ANALYZE crm_contact")


def reminders(count: int, *, due_at: datetime) -> None:
    """Reminders for open follow-ups, all due at the given moment."""
    from followups.models import Reminder

    moment = due_at.astimezone(UTC).isoformat()
    insert(
        Reminder,
        {
            "followup_id": "f.id",
            "user_id": "f.assignee_id",
            "before_minutes": "f.n",
            "slot": "'before:' || f.n",
            "fire_at": f"'{moment}'::timestamptz",
        },
        "FROM (SELECT f.id, f.assignee_id, n FROM generate_series(1, 100) AS n,"
        " (SELECT id, assignee_id FROM followups_followup WHERE status = 'pending' ORDER BY id LIMIT 100000) f"
        f" LIMIT {count}) AS f",
    )


def fill(followup_count: int) -> None:
    """Make one installation with so many follow-ups, and a fifth as many contacts."""
    count, managers = headcount(followup_count)
    people(count, managers)
    contacts(max(200, followup_count // 5), agent("n", count, managers))
    followups(followup_count, max(200, followup_count // 5), agent("(n / 10)", count, managers))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
