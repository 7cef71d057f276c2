"""An index for the list of open first contacts, which are few among many."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("followups", "0010_open_of_contact")]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                fields=["due_by", "id"],
                condition=Q(deleted_at__isnull=True, status__in=["pending", "in_progress", "missed"])
                & Q(speed_to_lead=True),
                name="followups_open_leads",
            ),
        ),
    ]
