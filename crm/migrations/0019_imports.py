"""What an import says without leaving anything out: how it read a word that was near enough."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0018_duplicates")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="importproblem",
            name="read_as",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
