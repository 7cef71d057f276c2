"""A follow-up due on a date is overdue when that date is over where its assignee is: when they move, it moves."""

from typing import ClassVar

from django.db import migrations

MOVE = r"""
CREATE FUNCTION followups_person_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE followups_followup
    SET due_by = least((due_on + 1)::timestamp AT TIME ZONE NEW.time_zone, '9999-12-31 00:00+00')
    WHERE assignee_id = NEW.id AND due_on IS NOT NULL AND deleted_at IS NULL
        AND status IN ('pending', 'in_progress', 'missed');
    -- Their reminders count back from the morning of the day, by the same clock that planned them.
    UPDATE followups_reminder r
    SET fire_at = r.fire_at + (f.due_on::timestamp AT TIME ZONE NEW.time_zone - f.due_on::timestamp AT TIME ZONE OLD.time_zone)
    FROM followups_followup f
    WHERE f.id = r.followup_id AND f.assignee_id = NEW.id AND f.due_on IS NOT NULL
        AND r.state = 'waiting' AND r.before_minutes IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER followups_person_moved AFTER UPDATE OF time_zone ON crm_user
    FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION followups_person_moved();
"""

UNDO = """
DROP TRIGGER followups_person_moved ON crm_user;
DROP FUNCTION followups_person_moved;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0006_calendar_feed")]

    operations: ClassVar = [migrations.RunSQL(MOVE, UNDO)]
