"""What was changed in a draft, so that it can be taken back and done again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ChangeState(models.TextChoices):
    DONE = "done", "Done"
    UNDONE = "undone", "Taken back"  # can be done again
    DROPPED = "dropped", "Over"  # something else was done since; kept for who asks what changed


class DraftChange(models.Model):
    """One change. `definition` is what the draft is not at present: what it was before, or after where it was taken back."""

    automation_version = models.ForeignKey(
        "automation.AutomationVersion", on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    definition = models.JSONField()
    said = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=ChangeState.choices, default=ChangeState.DONE)
    #: The draft's lock since this was done, taken back or done again.
    lock = models.PositiveIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="draft_change_state_is_known")
        ]
        indexes = [models.Index(fields=["automation_version", "-id"], name="draft_changes_of")]
