"""What a merge of contacts does with their enrollments: they follow, and nobody is inside the same automation twice (A14)."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from automation.ending import take_messages_back
from crm.merging.relations import register_moving

# In the order of ids, as by everybody who changes many.
_LOCK = """
SELECT FROM automation_enrollment WHERE contact_id IN (%(kept)s, %(gone)s) ORDER BY id FOR UPDATE
"""

# Where both are inside, the one that is kept goes on, and the other ends.
_STOP = """
UPDATE automation_enrollment g SET status = 'stopped', stop_reason = 'gone', next_at = NULL, ended_at = now(),
    paused_by = '', why = 'Merged with a contact that is in it already.'
FROM automation_enrollment k
WHERE g.contact_id = %(gone)s AND k.contact_id = %(kept)s AND k.automation_id = g.automation_id AND k.per = g.per
    AND g.status IN ('active', 'waiting', 'paused', 'paused_ooo', 'failed')
    AND k.status IN ('active', 'waiting', 'paused', 'paused_ooo', 'failed')
RETURNING g.id
"""

# Rounds are counted on past all there are; an occasion that let both in is remembered once.
_RENUMBER = """
UPDATE automation_enrollment g SET round = g.round + r.last
FROM (
    SELECT automation_id, per, max(round) FILTER (WHERE contact_id = %(kept)s)
        + max(round) FILTER (WHERE contact_id = %(gone)s) AS last
    FROM automation_enrollment WHERE contact_id IN (%(kept)s, %(gone)s) GROUP BY automation_id, per
) r
WHERE g.contact_id = %(gone)s AND r.automation_id = g.automation_id AND r.per = g.per AND r.last IS NOT NULL
"""
_FORGET = """
UPDATE automation_enrollment g SET occasion = '' FROM automation_enrollment k
WHERE g.contact_id = %(gone)s AND k.contact_id = %(kept)s AND k.automation_id = g.automation_id
    AND k.occasion = g.occasion AND g.occasion <> ''
"""


def register() -> None:
    """Make it known; called once at start-up."""
    register_moving("automation.Enrollment", _clear_the_way)


def _clear_the_way(cursor: CursorWrapper, kept: int, gone: int) -> None:
    names = {"kept": kept, "gone": gone}
    cursor.execute(_LOCK, names)
    cursor.execute(_STOP, names)
    stopped = [row[0] for row in cursor.fetchall()]
    cursor.execute(_RENUMBER, names)
    cursor.execute(_FORGET, names)
    take_messages_back(stopped, now=timezone.now())
