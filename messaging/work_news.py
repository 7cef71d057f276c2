"""News of work that ran by itself: an import is done, or something has been given up and waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from crm.due import Sweep, register_sweep
from crm.models import Role, User
from messaging.notices import Notice, NoticeKind, register_notice, tell

#: Ended imports that nobody was told of; those of old are left in peace. The cause on the message is the memory.
IMPORTS_SQL = """
    FROM crm_importbatch b WHERE b.state IN ('done', 'failed') AND b.created_by_id IS NOT NULL
        AND b.finished_at > %(now)s - interval '1 day'
        AND NOT EXISTS (SELECT FROM messaging_message m WHERE m.cause_kind = 'import' AND m.cause_id = b.id)
"""

#: Events whose subscriber has failed for good, and of which nobody was told.
PARKED_SQL = """
    FROM crm_parkedevent p WHERE p.next_at IS NULL
        AND NOT EXISTS (SELECT FROM messaging_message m WHERE m.cause_kind = 'parked' AND m.cause_id >= p.event_id)
"""


def register() -> None:
    """Make the news known; called once at start-up."""
    register_notice(
        NoticeKind(
            "import_done", "Imports", ("in_app",), help="When an import of yours is done", icon="file-spreadsheet"
        ),
        NoticeKind(
            "parked",
            "Parked work",
            ("in_app", "email"),
            help="For administrators: when something failed again and again and waits for a person",
            icon="triangle-alert",
        ),
    )
    register_sweep(Sweep("import_news", f"EXISTS (SELECT {IMPORTS_SQL})", tell_of_imports))
    register_sweep(Sweep("parked_news", f"EXISTS (SELECT {PARKED_SQL})", tell_of_parked))


@transaction.atomic
def tell_of_imports(now: datetime) -> int:
    """Sweep: tell each person what came of their import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id, b.created_by_id, b.file_name, b.state, b.created, b.merged, b.skipped, b.failed, b.error"
            + IMPORTS_SQL,
            {"now": now},
        )
        rows = cursor.fetchall()
    return len(tell([_import_notice(*row) for row in rows], now=now))


def _import_notice(
    pk: int, user_id: int, file: str, state: str, created: int, merged: int, skipped: int, failed: int, error: str
) -> Notice:
    counts = [("added", created), ("merged", merged), ("skipped", skipped), ("left out", failed)]
    said = ", ".join(f"{count:,} {word}" for word, count in counts if count) or "nothing in it was new"
    subject = f"{file} could not be imported" if state == "failed" else f"{file} is imported: {said}"
    return Notice(
        user_id,
        "import_done",
        subject,
        {"url": f"/imports/{pk}/", "lines": [error[:300]] if error else [], "button": "See the import"},
        f"import_done:{pk}",
        "import",
        pk,
    )


@transaction.atomic
def tell_of_parked(now: datetime) -> int:
    """Sweep: tell the administrators, once for all that failed up to now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(p.event_id), array_agg(DISTINCT p.subscriber ORDER BY p.subscriber)" + PARKED_SQL
        )
        count, latest, subscribers = cursor.fetchone()
    if not count:
        return 0
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).values_list("pk", flat=True)
    return len(tell([_parked_notice(pk, count, latest, subscribers) for pk in administrators], now=now))


def _parked_notice(user_id: int, count: int, latest: int, subscribers: Sequence[str]) -> Notice:
    what = "event waits" if count == 1 else "events wait"
    return Notice(
        user_id,
        "parked",
        f"{count} {what} for a person: {', '.join(subscribers)[:150]} failed again and again",
        {"url": "/operations/", "lines": ["They were tried for hours. See the error, then try again or drop them."]},
        f"parked:{latest}:{user_id}",
        "parked",
        latest,
    )
