"""Triggers of time: what each window has come to, each occasion once, and the indexes that their windows ride on."""

from typing import ClassVar

from django.db import migrations, models

# The days among a contact's own values, each as "slug 05-20": one index answers both "on that day" and "every year on it".
# Who has no day among them, which is most, costs the index nothing. Both functions of the text alone.
DAYS = r"""
CREATE FUNCTION automation_days(custom jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
    SELECT array_agg(key || ' ' || substr(value, 6)) FROM jsonb_each_text(custom)
    WHERE value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
);
CREATE INDEX automation_days_of_contacts ON crm_contact USING gin (automation_days(custom))
    WHERE custom::text ~ '"[0-9]{4}-[0-9]{2}-[0-9]{2}"' AND deleted_at IS NULL;
"""
# Since when nobody has really spoken with somebody.
QUIET = """
CREATE INDEX automation_quiet_contacts ON crm_contact ((coalesce(last_two_way_at, created_at)), id)
    WHERE deleted_at IS NULL AND lifecycle IN ('new', 'working', 'qualified', 'client');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("automation", "0005_safety"), ("crm", "0021_fewer_words_of_phones")]

    operations: ClassVar = [
        migrations.AddField("triggerclock", "until", models.DateTimeField(null=True)),
        migrations.AddField("triggerclock", "after", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField(
            "enrollment", "occasion", models.CharField(blank=True, db_default="", default="", max_length=160)
        ),
        migrations.AddConstraint(
            "enrollment",
            models.UniqueConstraint(
                condition=models.Q(("occasion", ""), _negated=True),
                fields=("automation", "contact", "occasion"),
                name="automation_enrollment_occasion_once",
            ),
        ),
        migrations.RunSQL(DAYS, "DROP INDEX automation_days_of_contacts; DROP FUNCTION automation_days(jsonb);"),
        migrations.RunSQL(QUIET, "DROP INDEX automation_quiet_contacts;"),
    ]
