"""To be filled."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("followups", "0015_partner_followups")]

    operations: ClassVar = []
