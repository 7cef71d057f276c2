"""Being in an automation: narrow rows that the engine moves; and the record of every step that was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models import User


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "active", "Going on"  # due at once, or as soon as a worker comes
    WAITING = "waiting", "Waiting"
    PAUSED = "paused", "Paused"
    AWAY = "paused_ooo", "Away"  # until they are back
    FAILED = "failed", "Needs a look"  # parked with its error
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    HELD_OUT = "held_out", "Held out"  # never went in, to compare with


RUNNING = [EnrollmentStatus.ACTIVE, EnrollmentStatus.WAITING, EnrollmentStatus.AWAY]
INSIDE = [*RUNNING, EnrollmentStatus.PAUSED, EnrollmentStatus.FAILED]


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def visible_to(self, user: User) -> EnrollmentQuerySet:
        """Those of contacts that one may see, for who may see automations."""
        from crm.access import contact_scope
        from crm.models import Contact, Organisation

        if not user.is_active or not user.can("automations.view", Organisation.objects.current()):
            return self.none()
        return self.filter(contact__in=Contact.objects.alive().filter(contact_scope(user)).values("pk"))

    def inside(self) -> EnrollmentQuerySet:
        return self.filter(status__in=INSIDE)

    def in_order(self, *, waits: bool = True) -> EnrollmentQuerySet:
        """The same rows, to be changed as one set: each is locked in the order of ids before it is, as by everybody who
        changes many, so that no two wait for each other. Without `waits` those that another holds are left out."""
        locked = self.order_by("pk").select_for_update(of=("self",), skip_locked=not waits)
        return Enrollment.objects.filter(pk__in=locked.values("pk"))


class Enrollment(models.Model):
    """One round of one person in one automation.

    A crash errs on the side of once: the row, the record of the visit and what the step wrote change in one transaction.
    """

    automation = models.ForeignKey(
        "automation.Automation", on_delete=models.CASCADE, related_name="enrollments", db_index=False
    )
    automation_version = models.ForeignKey(
        "automation.AutomationVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    #: The record that they are in for: "invoice:12"; empty for none.
    about = models.CharField(max_length=60, blank=True, default="", db_default="")
    #: The same where each record has its own round, else empty. Never null, so that it can be unique.
    per = models.CharField(max_length=60, blank=True, default="", db_default="")
    round = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=EnrollmentStatus.choices)
    #: Where they are, since when, and how many steps they have left so far.
    step = models.CharField(max_length=40, blank=True)
    since = models.DateTimeField()
    visits = models.PositiveIntegerField(default=0)
    memory = models.JSONField(default=dict)
    #: What it says of itself now: what is waited for, or why it stands still.
    why = models.CharField(max_length=300, blank=True, default="")
    #: When the engine looks next; empty while only an event can bring it on.
    next_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=20, blank=True, default="")
    #: Who put them in by hand; and the event that let them in, with how many causes lie before it.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    cause_id = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    #: Tries of the present step that broke off with an error.
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The occasion that let them in, of a trigger of time: each lets in once, whatever happens to clocks and zones.
    occasion = models.CharField(max_length=160, blank=True, default="", db_default="")
    #: What held it when it was paused: "person", "automation", "audience" or "brake".
    paused_by = models.CharField(max_length=12, blank=True, default="")

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["automation", "contact", "per", "round"], name="automation_enrollment_round_once"
            ),
            models.UniqueConstraint(
                fields=["automation", "contact", "per"],
                condition=Q(status__in=INSIDE),
                name="automation_enrollment_inside_once",
            ),
            models.UniqueConstraint(
                fields=["automation", "contact", "occasion"],
                condition=~Q(occasion=""),
                name="automation_enrollment_occasion_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EnrollmentStatus.values), name="automation_enrollment_status_is_known"
            ),
        ]
        indexes = [
            # The engine's sweep.
            models.Index(fields=["next_at", "id"], condition=Q(status__in=RUNNING), name="enrollments_due"),
            # Who is waiting for what just happened to a contact; and a contact's journey.
            models.Index(fields=["contact"], condition=Q(status__in=INSIDE), name="enrollments_of_contact"),
            models.Index(fields=["contact", "-id"], name="enrollment_journeys"),
            # How many people are on each step, and the list of those inside.
            models.Index(
                fields=["automation", "step", "-id"], condition=Q(status__in=INSIDE), name="enrollments_by_step"
            ),
            models.Index(fields=["automation", "-entered_at", "-id"], name="enrollments_entered"),
            # Versions that somebody is still inside.
            models.Index(fields=["automation_version"], condition=Q(status__in=INSIDE), name="enrollments_by_version"),
            # What a person has to look at.
            models.Index(fields=["-id"], condition=Q(status=EnrollmentStatus.FAILED), name="enrollments_parked"),
        ]


class StepVisit(models.Model):
    """One step that somebody has left: the one decision about it, with its reason and what came of it."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveIntegerField()
    automation_version = models.ForeignKey(
        "automation.AutomationVersion", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    #: The way that was taken; empty where it ended.
    way = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    #: Ids of what was written: "message", "followup", "event"...
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrollment", "number"], name="automation_visit_once")]
        indexes = [models.Index(fields=["automation_version", "step", "-id"], name="automation_visits_of_step")]


class RefusedEntry(models.Model):
    """Somebody whom a trigger named and the rules kept out, with the reason. Kept for a while, for who asks why."""

    automation = models.ForeignKey(
        "automation.Automation", on_delete=models.CASCADE, related_name="refused", db_index=False
    )
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=60, blank=True, default="")
    event_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-id"], name="refused_entries_of_contact"),
            models.Index(fields=["automation", "-id"], name="refused_entries_of"),
            models.Index(fields=["at"], name="refused_entries_by_age"),
        ]
