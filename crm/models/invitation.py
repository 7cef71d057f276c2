"""Invitations to join: a link by e-mail that works once and expires."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.models.user import Role, User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> InvitationQuerySet:
        """Neither accepted nor taken back; it may have expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def visible_to(self, user: User) -> InvitationQuerySet:
        return self if user.can("team.manage") else self.none()


class Invitation(models.Model):
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token in the link")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation",
            )
        ]
