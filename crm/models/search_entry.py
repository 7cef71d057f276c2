"""The search text of every record, in a table of its own.

Filled by statement triggers in the database (see the migrations), so that bulk work and plain SQL keep it true.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class SearchEntry(models.Model):
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    #: Normalised words, and who may see it as words of their own ("~u12", "~t3"): one index answers both.
    terms = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
        # Contacts apart: the box asks for each kind, and a word that all follow-ups share must not be read for both.
        # New words wait in a short list, which halves the cost of bulk work and adds little to a search.
        indexes = [
            GinIndex(
                fields=["terms"], name="search_contacts", gin_pending_list_limit=1024, condition=Q(kind="contact")
            ),
            GinIndex(fields=["terms"], name="search_others", gin_pending_list_limit=1024, condition=~Q(kind="contact")),
        ]
