"""Contacts: leads and clients, told apart by where they are in their lifecycle."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now as clock

from crm.zones import validate_zone

if TYPE_CHECKING:
    from crm.models.user import User


class Lifecycle(models.TextChoices):
    NEW = "new", "New lead"  # nobody has reached them yet
    WORKING = "working", "Working"  # being contacted
    QUALIFIED = "qualified", "Qualified"  # worth a proposal
    CLIENT = "client", "Client"  # has bought
    LOST = "lost", "Lost"  # said no, or never answered
    FORMER = "former", "Former client"  # was a client


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"
    CALL = "call", "Call"


#: Those who must never be forgotten; `lost` and `former` are let be.
ACTIVE_LIFECYCLES = [Lifecycle.NEW, Lifecycle.WORKING, Lifecycle.QUALIFIED, Lifecycle.CLIENT]

_ACTIVE = Q(deleted_at__isnull=True, lifecycle__in=ACTIVE_LIFECYCLES)


class ContactQuerySet(models.QuerySet["Contact"]):
    def alive(self) -> ContactQuerySet:
        return self.filter(deleted_at__isnull=True)

    def active(self) -> ContactQuerySet:
        return self.filter(_ACTIVE)

    def visible_to(self, user: User) -> ContactQuerySet:
        """The one door: administrators and viewers all, managers their teams' and nobody's, agents their own."""
        from crm.access import contact_scope

        return self.alive().filter(contact_scope(user))

    def rotting(self, now: datetime) -> ContactQuerySet:
        """Active, and without real two-way contact for longer than their rhythm."""
        return self.active().filter(rots_at__lte=now)

    def nothing_planned(self) -> ContactQuerySet:
        return self.active().filter(next_due_by__isnull=True)


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        # Summaries that upper floors write are not changes that people make.
        condition=pghistory.AnyChange(
            exclude=[
                "last_two_way_at",
                "last_attempt_at",
                "next_due_by",
                "next_due_on",
                "open_followups",
                "rots_at",
                "score",
                "grade",
                "version",
                "updated_at",
            ],
            exclude_auto=True,
        ),
    ),
    pghistory.DeleteEvent("before_delete"),
    exclude=[
        "last_two_way_at",
        "last_attempt_at",
        "next_due_by",
        "next_due_on",
        "open_followups",
        "rots_at",
        "score",
        "grade",
    ],
    model_name="ContactHistory",
)
class Contact(models.Model):
    """A person served. Phones are E.164; country is ISO 3166-1 alpha-2; an empty zone means "work it out"."""

    first_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True, help_text="Normalised: lower case, IDNA domain")
    other_emails = ArrayField(models.CharField(max_length=254), default=list, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="E.164")
    other_phones = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    shares_address = models.BooleanField(
        default=False, help_text="Somebody said that this is another person with the same e-mail or phone"
    )
    external_id = models.CharField(max_length=200, blank=True, help_text="Their key in the sending system")
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_zone])
    language = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    lifecycle = models.CharField(max_length=12, choices=Lifecycle.choices, default=Lifecycle.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_contacts"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    preferred_channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    rhythm_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Days that may pass between two real contacts; empty means as for the lifecycle",
    )
    expected_rhythm = models.PositiveSmallIntegerField(default=30, editable=False)
    custom = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField("crm.Tag", through="crm.ContactTag", related_name="contacts")

    # Summaries, written down by the floor that knows.
    last_two_way_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_attempt_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_by = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_on = models.DateField(null=True, blank=True, editable=False, help_text="Where the next one has no time")
    open_followups = models.PositiveIntegerField(default=0, editable=False)
    #: By database trigger: last real contact (or arrival) plus the rhythm.
    rots_at = models.DateTimeField(null=True, editable=False)
    score = models.SmallIntegerField(default=0, editable=False)
    grade = models.CharField(max_length=12, blank=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(deleted_at__isnull=True, shares_address=False) & ~Q(email=""),
                name="contact_email_once",
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(deleted_at__isnull=True, shares_address=False) & ~Q(phone=""),
                name="contact_phone_once",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=Q(deleted_at__isnull=True) & ~Q(external_id=""),
                name="contact_external_id_once",
            ),
            models.CheckConstraint(condition=Q(lifecycle__in=Lifecycle.values), name="contact_lifecycle_is_known"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[0-9]{4,15}$"), name="contact_phone_is_e164"
            ),
        ]
        indexes = [
            # Whom an address belongs to: these, and the constraints above for all who share none.
            models.Index(
                fields=["email"],
                condition=Q(deleted_at__isnull=True, shares_address=True) & ~Q(email=""),
                name="contact_email_shared",
            ),
            models.Index(
                fields=["phone"],
                condition=Q(deleted_at__isnull=True, shares_address=True) & ~Q(phone=""),
                name="contact_phone_shared",
            ),
            # What was refused at an address before its contact was deleted.
            models.Index(
                fields=["email"],
                condition=Q(deleted_at__isnull=False) & ~Q(email=""),
                name="contact_email_of_deleted",
            ),
            models.Index(
                fields=["phone"],
                condition=Q(deleted_at__isnull=False) & ~Q(phone=""),
                name="contact_phone_of_deleted",
            ),
            # Lists, by key: name, newest, owner's, next due.
            models.Index(
                F("last_name"), F("first_name"), F("id"), condition=Q(deleted_at__isnull=True), name="contact_by_name"
            ),
            models.Index(
                F("created_at").desc(), F("id").desc(), condition=Q(deleted_at__isnull=True), name="contact_by_arrival"
            ),
            models.Index(
                fields=["owner", "next_due_by"], condition=Q(deleted_at__isnull=True), name="contact_by_owner"
            ),
            models.Index(
                fields=["team"], condition=Q(deleted_at__isnull=True, team__isnull=False), name="contact_by_team"
            ),
            models.Index(fields=["created_by"], condition=Q(deleted_at__isnull=True), name="contact_by_creator"),
            models.Index(F("next_due_by"), F("id"), condition=_ACTIVE, name="contact_by_next_due"),
            models.Index(
                F("updated_at").desc(), F("id").desc(), condition=Q(deleted_at__isnull=True), name="contact_by_change"
            ),
            # The nightly check-ins and the "going quiet" list read this one.
            models.Index(fields=["rots_at", "id"], condition=_ACTIVE, name="contact_rotting"),
            models.Index(
                fields=["lifecycle", "created_at"], condition=Q(deleted_at__isnull=True), name="contact_by_lifecycle"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What to call them on a page: name, else organisation, else the best address, else a number."""
        full = f"{self.first_name} {self.last_name}".strip()
        return full or self.organisation or self.email or self.phone or f"Contact {self.external_id or self.pk}"

    @property
    def is_client(self) -> bool:
        return self.lifecycle in (Lifecycle.CLIENT, Lifecycle.FORMER)


class ContactParticipant(models.Model):
    """Somebody who works on a contact without owning it, and may therefore see it."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "contact"], name="participant_once")]
