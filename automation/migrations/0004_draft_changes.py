"""What was changed in a draft, to be taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0001_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("definition", models.JSONField()),
                ("said", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("done", "Done"), ("undone", "Taken back"), ("dropped", "Over")],
                        default="done",
                        max_length=8,
                    ),
                ),
                ("lock", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "automation_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="automation.automationversion",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["automation_version", "-id"], name="draft_changes_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["done", "undone", "dropped"])),
                        name="draft_change_state_is_known",
                    )
                ],
            },
        ),
    ]
