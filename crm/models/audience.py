"""Audiences: groups of contacts, put together by hand or described by a condition (A5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


class AudienceKind(models.TextChoices):
    STATIC = "static", "Put together by hand"
    DYNAMIC = "dynamic", "Described by a condition"


class AudienceState(models.TextChoices):
    FILLING = "filling", "Being put together"  # the sweep goes through all contacts once
    READY = "ready", "Up to date"
    BROKEN = "broken", "Cannot be worked out"  # its condition names what is gone; members stay as they were


class AudienceQuerySet(models.QuerySet["Audience"]):
    def alive(self) -> AudienceQuerySet:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> AudienceQuerySet:
        """Everybody who may see audiences knows all of them; of their members each sees their own contacts."""
        return self.alive() if user.is_active else self.none()


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange("name", "description", "condition", "deleted_at"),
    ),
    pghistory.DeleteEvent("before_delete"),
    exclude=["count", "counted_at", "checked_until", "filled_to", "state", "problem"],
    model_name="AudienceHistory",
)
class Audience(models.Model):
    """`condition` is of the language in crm/conditions/; only a dynamic audience has one."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=AudienceKind.choices)
    description = models.CharField(max_length=500, blank=True)
    condition: models.JSONField[dict[str, Any] | None] = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    state = models.CharField(max_length=8, choices=AudienceState.choices, default=AudienceState.READY, editable=False)
    problem = models.CharField(max_length=500, blank=True, editable=False)
    #: Time has been looked at until here: what changes by the clock alone is found between this and now. Empty where
    #: time plays no part.
    checked_until = models.DateTimeField(null=True, editable=False)
    #: While it is being put together: the contacts up to this number have been looked at.
    filled_to = models.BigIntegerField(default=0, editable=False)
    #: All members, and when they were counted.
    count = models.PositiveIntegerField(default=0, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(deleted_at__isnull=True), name="audience_name_once"),
            models.CheckConstraint(
                condition=Q(kind=AudienceKind.STATIC, condition__isnull=True)
                | Q(kind=AudienceKind.DYNAMIC, condition__isnull=False),
                name="audience_condition_when_dynamic",
            ),
        ]
        indexes = [
            # The sweep over dynamic audiences: which time has moved on for longest.
            models.Index(
                fields=["checked_until"],
                condition=Q(deleted_at__isnull=True, kind=AudienceKind.DYNAMIC),
                name="audiences_by_clock",
            ),
            # The slow sweep that puts audiences together.
            models.Index(
                fields=["id"],
                condition=Q(deleted_at__isnull=True, state=AudienceState.FILLING),
                name="audiences_to_fill",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AudienceMember(models.Model):
    """A contact in an audience. `by_hand` in a dynamic one: somebody put them in, the condition does not count."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="members", db_index=False)
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="audience_members")
    since = models.DateTimeField()
    by_hand = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "contact"], name="audience_member_once")]
        indexes = [
            # The members of an audience, the newest first.
            models.Index(fields=["audience", "-since", "-id"], name="audience_members_newest"),
        ]


class AudienceNesting(models.Model):
    """`outer`'s condition asks whether somebody is in `inner`; kept so that loops are found and changes passed on."""

    outer = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="inside", db_index=False)
    inner = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="used_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outer", "inner"], name="audience_nesting_once"),
            models.CheckConstraint(condition=~Q(outer=models.F("inner")), name="audience_not_in_itself"),
        ]


class ChangedContact(models.Model):
    """Something happened with this contact since the dynamic audiences last looked at it."""

    contact_id = models.BigIntegerField(primary_key=True)
    changed_at = models.DateTimeField()
