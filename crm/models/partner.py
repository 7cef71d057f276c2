"""Partners: agencies, institutions and referrers with whom clients are served (A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now as clock

from crm.zones import validate_zone

if TYPE_CHECKING:
    from crm.models.user import User


class PartnerKind(models.TextChoices):
    AGENCY = "agency", "Agency"
    INSTITUTION = "institution", "Institution"
    REFERRER = "referrer", "Referrer"
    OTHER = "other", "Other"


class PartnerQuerySet(models.QuerySet["Partner"]):
    def alive(self) -> PartnerQuerySet:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> PartnerQuerySet:
        """Partners are the whole organisation's; of the clients in common each person sees their own."""
        return self.alive() if user.is_active else self.none()


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["version", "updated_at"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
    model_name="PartnerHistory",
)
class Partner(models.Model):
    """Phone is E.164, country ISO 3166-1 alpha-2, as for contacts."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=11, choices=PartnerKind.choices, default=PartnerKind.AGENCY)
    person = models.CharField(max_length=200, blank=True, help_text="Whom to ask for")
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    website = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_zone])
    notes = models.TextField(blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="partners"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(deleted_at__isnull=True), name="partner_name_once"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=Q(deleted_at__isnull=True) & ~Q(external_id=""),
                name="partner_external_id_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=PartnerKind.values), name="partner_kind_is_known"),
        ]
        indexes = [
            models.Index(F("name"), F("id"), condition=Q(deleted_at__isnull=True), name="partners_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerContact(models.Model):
    """A client whom we and a partner have in common, and how: "referred by", "applies to"."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="links", db_index=False)
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="partner_links")
    role = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField(default=clock)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "contact"], name="partner_contact_once")]
