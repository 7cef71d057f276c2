"""To be filled."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0014_sets")]

    operations: ClassVar = []
