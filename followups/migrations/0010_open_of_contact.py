"""An index for what an agent sees because they own the contact."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("followups", "0009_started_index")]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                fields=["contact"],
                condition=Q(deleted_at__isnull=True, status__in=["pending", "in_progress", "missed"]),
                name="followups_open_of_contact",
            ),
        ),
    ]
