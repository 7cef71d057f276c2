"""To be filled."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0013_records_and_sets"), ("crm", "0021_conditions")]

    operations: ClassVar = []
