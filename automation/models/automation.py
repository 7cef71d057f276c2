"""Automations and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models import User


class AutomationKind(models.TextChoices):
    WORKFLOW = "workflow", "Workflow"
    SEQUENCE = "sequence", "Sequence"
    PLAYBOOK = "playbook", "Playbook"


class AutomationState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ARCHIVED = "archived", "Put away"


class AutomationQuerySet(models.QuerySet["Automation"]):
    def visible_to(self, user: User) -> AutomationQuerySet:
        """The same for everybody who may see automations at all: who is inside goes by the door to contacts."""
        from crm.models import Organisation

        if not user.is_active or not user.can("automations.view", Organisation.objects.current()):
            return self.none()
        return self

    def alive(self) -> AutomationQuerySet:
        return self.filter(deleted_at__isnull=True)


@pghistory.track(
    pghistory.InsertEvent("created"),
    pghistory.UpdateEvent(
        "before_update",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["version", "updated_at"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
)
class Automation(models.Model):
    """What people see and switch on. What it does is in its versions."""

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=8, choices=AutomationKind.choices, default=AutomationKind.WORKFLOW)
    state = models.CharField(max_length=8, choices=AutomationState.choices, default=AutomationState.DRAFT)
    #: The version that lets people in.
    live = models.ForeignKey(
        "automation.AutomationVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: The entry of the library that it was made from, and which edition of it.
    library = models.CharField(max_length=60, blank=True, default="")
    #: How many people a day are expected to enter, as said when it was activated; past `brake` it pauses itself.
    forecast = models.PositiveIntegerField(null=True, blank=True)
    brake = models.PositiveIntegerField(null=True, blank=True)
    #: Why it stands still, where it was not a person's wish.
    pause_reason = models.CharField(max_length=300, blank=True, default="")
    #: Why everybody inside is being stopped; empty where nobody is. `automation/emptying.py` does it in batches, and keeps
    #: at it while the automation is put away: whoever was on the way in at that moment is stopped too.
    emptying = models.CharField(max_length=20, blank=True, default="", db_default="")
    activated_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = AutomationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AutomationState.values), name="automation_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(live__isnull=False), name="automation_active_has_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AutomationVersion(models.Model):
    """What an automation does. Never changed once it was published; at most one draft at a time."""

    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    #: automation/definition/whole.py
    definition = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    #: Who asked for a second person's word, and the `lock` of the draft that they asked for: a changed one needs another.
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_lock = models.PositiveIntegerField(default=0, db_default=0)
    #: That word, where activation needs one.
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    #: The kinds of event that let people in, and those that people inside may wait for or leave by.
    trigger_kinds = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    awaited_kinds = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    #: Whether it is live, or somebody may still be inside it.
    in_use = models.BooleanField(default=False, db_default=False)
    #: Guards the draft against two editors.
    lock = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["automation", "number"], name="automation_version_once"),
            models.UniqueConstraint(
                fields=["automation"], condition=Q(published_at__isnull=True), name="automation_one_draft"
            ),
        ]
        indexes = [models.Index(fields=["automation"], condition=Q(in_use=True), name="automation_versions_in_use")]

    def __str__(self) -> str:
        return f"{self.automation_id} version {self.number}"
