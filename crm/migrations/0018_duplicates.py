"""Finding duplicates by name, merging them and taking a merge back (A14)."""

from typing import ClassVar

from django.db import migrations, models

MOVABLE = r"""
-- The timeline is append-only: rows go only by erasure or retention, and change hands only by a merge or its undoing;
-- each says so for its transaction.
CREATE OR REPLACE FUNCTION crm_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('followthrough.erasing', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    -- A removed colleague's name leaves the event; nothing else may change.
    IF TG_OP = 'UPDATE' AND NEW.user_id IS NULL AND to_jsonb(NEW) - 'user_id' = to_jsonb(OLD) - 'user_id' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('followthrough.merging', true) = 'yes'
        AND to_jsonb(NEW) - 'contact_id' = to_jsonb(OLD) - 'contact_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END $$;
"""

AS_BEFORE = r"""
CREATE OR REPLACE FUNCTION crm_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('followthrough.erasing', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.user_id IS NULL AND to_jsonb(NEW) - 'user_id' = to_jsonb(OLD) - 'user_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0017_audiences")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="NameKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contact_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=100)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key", "contact_id"), name="name_key_once")],
                "indexes": [models.Index(fields=["contact_id"], name="name_keys_of_contact")],
            },
        ),
        migrations.CreateModel(
            name="UncomparedContact",
            fields=[("contact_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.AddField("duplicatepair", "compared", models.CharField(blank=True, max_length=32)),
        migrations.AddField("merge", "gone_external_id", models.CharField(blank=True, max_length=200)),
        migrations.AddField("merge", "look_again_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "merge",
            models.Index(
                condition=models.Q(("undone_at__isnull", True), models.Q(("gone_external_id", ""), _negated=True)),
                fields=["gone_external_id"],
                name="merges_by_external_id",
            ),
        ),
        migrations.AddIndex(
            "merge",
            models.Index(
                condition=models.Q(("look_again_at__isnull", False)),
                fields=["look_again_at"],
                name="merges_to_look_at",
            ),
        ),
        migrations.RunSQL(MOVABLE, AS_BEFORE),
    ]
