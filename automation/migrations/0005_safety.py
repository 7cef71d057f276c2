"""What keeps automations from doing more than was meant (D14)."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def first_policy(apps, schema_editor):
    """The settings row is always there."""
    apps.get_model("automation", "AutomationPolicy").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0004_draft_changes"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AutomationPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "approve_above",
                    models.PositiveIntegerField(
                        default=500,
                        help_text="An automation that more people a day are expected to enter needs a second person’s word",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "brake_factor",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="So many times the expected number may enter in a day; then it pauses itself",
                        validators=[django.core.validators.MinValueValidator(2)],
                    ),
                ),
                (
                    "brake_least",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="So many may enter in a day, however few are expected",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AutomationPolicyHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "approve_above",
                    models.PositiveIntegerField(
                        default=500,
                        help_text="An automation that more people a day are expected to enter needs a second person’s word",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "brake_factor",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="So many times the expected number may enter in a day; then it pauses itself",
                        validators=[django.core.validators.MinValueValidator(2)],
                    ),
                ),
                (
                    "brake_least",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="So many may enter in a day, however few are expected",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EntryCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("entered", models.PositiveIntegerField(default=0)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="automation",
            name="created_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="automation",
            name="before_update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="automation",
            name="before_delete_delete",
        ),
        migrations.AddField(
            model_name="automation",
            name="emptying",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="automationevent",
            name="emptying",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="automationversion",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="automationversion",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="automationversion",
            name="asked_lock",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="automation",
            trigger=pgtrigger.compiler.Trigger(
                name="created_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "automation_automationevent" ("activated_at", "brake", "created_at", "created_by_id", "deleted_at", "description", "emptying", "forecast", "id", "kind", "library", "live_id", "name", "pause_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "updated_at", "version") VALUES (NEW."activated_at", NEW."brake", NEW."created_at", NEW."created_by_id", NEW."deleted_at", NEW."description", NEW."emptying", NEW."forecast", NEW."id", NEW."kind", NEW."library", NEW."live_id", NEW."name", NEW."pause_reason", _pgh_attach_context(), NOW(), \'created\', NEW."id", NEW."state", NEW."updated_at", NEW."version"); RETURN NULL;',
                    hash="94d8a527b0029fe06c994cac4c895ce868f8e0ea",
                    operation="INSERT",
                    pgid="pgtrigger_created_insert_616c7",
                    table="automation_automation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="automation",
            trigger=pgtrigger.compiler.Trigger(
                name="before_update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."activated_at" IS DISTINCT FROM (NEW."activated_at") OR OLD."brake" IS DISTINCT FROM (NEW."brake") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."emptying" IS DISTINCT FROM (NEW."emptying") OR OLD."forecast" IS DISTINCT FROM (NEW."forecast") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."library" IS DISTINCT FROM (NEW."library") OR OLD."live_id" IS DISTINCT FROM (NEW."live_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."pause_reason" IS DISTINCT FROM (NEW."pause_reason") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "automation_automationevent" ("activated_at", "brake", "created_at", "created_by_id", "deleted_at", "description", "emptying", "forecast", "id", "kind", "library", "live_id", "name", "pause_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "updated_at", "version") VALUES (OLD."activated_at", OLD."brake", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."description", OLD."emptying", OLD."forecast", OLD."id", OLD."kind", OLD."library", OLD."live_id", OLD."name", OLD."pause_reason", _pgh_attach_context(), NOW(), \'before_update\', OLD."id", OLD."state", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="3c96174b4e70cc29fd2b1bd6aaf8ce55e28d8fff",
                    operation="UPDATE",
                    pgid="pgtrigger_before_update_update_c0dc5",
                    table="automation_automation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="automation",
            trigger=pgtrigger.compiler.Trigger(
                name="before_delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "automation_automationevent" ("activated_at", "brake", "created_at", "created_by_id", "deleted_at", "description", "emptying", "forecast", "id", "kind", "library", "live_id", "name", "pause_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "updated_at", "version") VALUES (OLD."activated_at", OLD."brake", OLD."created_at", OLD."created_by_id", OLD."deleted_at", OLD."description", OLD."emptying", OLD."forecast", OLD."id", OLD."kind", OLD."library", OLD."live_id", OLD."name", OLD."pause_reason", _pgh_attach_context(), NOW(), \'before_delete\', OLD."id", OLD."state", OLD."updated_at", OLD."version"); RETURN NULL;',
                    hash="1541dd51ac29864a938eb0de18d6d498863b449c",
                    operation="DELETE",
                    pgid="pgtrigger_before_delete_delete_c50aa",
                    table="automation_automation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="automationpolicy",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_automation_policy"),
        ),
        migrations.AddConstraint(
            model_name="automationpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("approve_above__gte", 1), ("brake_factor__gte", 2), ("brake_least__gte", 1)),
                name="automation_limits_are_not_nought",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="automationpolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="before_change_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "automation_automationpolicyhistory" ("approve_above", "brake_factor", "brake_least", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."approve_above", OLD."brake_factor", OLD."brake_least", OLD."id", _pgh_attach_context(), NOW(), \'before_change\', OLD."id"); RETURN NULL;',
                    hash="1a9645083fd55759a60a8310e8ac3a8ee6eaa739",
                    operation="UPDATE",
                    pgid="pgtrigger_before_change_update_76266",
                    table="automation_automationpolicy",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="automationpolicyhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="automationpolicyhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="automation.automationpolicy",
            ),
        ),
        migrations.AddField(
            model_name="entrycount",
            name="automation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entry_counts",
                to="automation.automation",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="automationpolicyhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="954687dad837d6cb145cc8d472bfcfa84676ecd3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_18e0d",
                    table="automation_automationpolicyhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entrycount",
            constraint=models.UniqueConstraint(fields=("automation", "day"), name="automation_entries_of_day"),
        ),
        migrations.RunPython(first_policy, migrations.RunPython.noop),
    ]
