"""How far an audience has been put together, and what its page and its sweep read."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0016_documents")]

    operations: ClassVar = [
        migrations.AddField("audience", "filled_to", models.BigIntegerField(default=0, editable=False)),
        migrations.AddIndex(
            "audience",
            models.Index(
                fields=["id"], condition=Q(deleted_at__isnull=True, state="filling"), name="audiences_to_fill"
            ),
        ),
        migrations.AddIndex(
            "audiencemember",
            models.Index(fields=["audience", "-since", "-id"], name="audience_members_newest"),
        ),
    ]
