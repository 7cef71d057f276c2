"""A person who moves to another hour or zone, leaves or comes back gets a new next digest: the old one is forgotten."""

from typing import ClassVar

from django.db import migrations

FORGET = r"""
CREATE FUNCTION followups_digest_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM followups_digestschedule WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER digest_moved AFTER UPDATE OF time_zone, digest_hour, wants_digest, is_active ON crm_user
    FOR EACH ROW WHEN ((OLD.time_zone, OLD.digest_hour, OLD.wants_digest, OLD.is_active)
        IS DISTINCT FROM (NEW.time_zone, NEW.digest_hour, NEW.wants_digest, NEW.is_active))
    EXECUTE FUNCTION followups_digest_moved();
"""

UNDO = "DROP TRIGGER digest_moved ON crm_user; DROP FUNCTION followups_digest_moved;"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0004_first_contact_index")]

    operations: ClassVar = [migrations.RunSQL(FORGET, UNDO)]
