"""Rules of the house that rest, because something else does their work."""

from __future__ import annotations

from django.db import models


class RestingRule(models.Model):
    """One rule that does nothing for now; `name` is one of `followups.house_rules.RULES`. A rule without a row works."""

    name = models.CharField(max_length=40, primary_key=True)
    because = models.CharField(max_length=300)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
