"""The index that finds refused events which have lain too long."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0019_imports")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="refusedevent",
            index=models.Index(fields=["received_at"], name="refused_events_by_age"),
        ),
    ]
