"""A contact's next follow-up says its date where it has no time."""

from typing import ClassVar

from django.db import migrations

SUMMARISE = r"""
CREATE OR REPLACE FUNCTION followups_summarise(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Always in the same order, so that two batches that share contacts wait for each other instead of deadlocking.
    PERFORM FROM crm_contact WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE crm_contact c SET next_due_by = s.next_due_by, next_due_on = s.next_due_on, open_followups = s.open
    FROM (SELECT t.id, min(f.due_by) AS next_due_by, (array_agg(f.due_on ORDER BY f.due_by, f.id))[1] AS next_due_on,
                 count(f.id)::int AS open
          FROM unnest(ids) AS t(id)
          LEFT JOIN followups_followup f ON f.contact_id = t.id AND f.deleted_at IS NULL
              AND f.status IN ('pending', 'in_progress', 'missed')
          GROUP BY t.id) s
    WHERE c.id = s.id
        AND (c.next_due_by, c.next_due_on, c.open_followups) IS DISTINCT FROM (s.next_due_by, s.next_due_on, s.open);
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("followups", "0007_dates_move_with_people"),
        ("crm", "0005_next_due_date"),
    ]

    operations: ClassVar = [migrations.RunSQL(SUMMARISE, migrations.RunSQL.noop)]
