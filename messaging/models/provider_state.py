"""What all workers share about a provider: whether it is worth asking, and how much it still takes this hour."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models


class ProviderState(models.Model):
    """A circuit breaker and a token bucket. Open means: nothing is handed over until `open_until`."""

    provider = models.CharField(primary_key=True, max_length=40)
    #: Failures of the provider itself, one after the other; a yes or no to a message sets it to nought.
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)
    per_hour = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Most messages an hour; empty means no limit",
    )
    tokens = models.FloatField(default=0)
    tokens_at = models.DateTimeField(null=True)
