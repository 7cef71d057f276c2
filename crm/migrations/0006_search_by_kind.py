"""Search text of contacts in an index of its own: a word that all follow-ups share is not read for both."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_next_due_date")]

    operations = [
        migrations.RemoveIndex(model_name="searchentry", name="search_terms"),
        migrations.AddIndex(
            model_name="searchentry",
            index=GinIndex(
                fields=["terms"], name="search_contacts", gin_pending_list_limit=1024, condition=Q(kind="contact")
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=GinIndex(
                fields=["terms"], name="search_others", gin_pending_list_limit=1024, condition=~Q(kind="contact")
            ),
        ),
    ]
