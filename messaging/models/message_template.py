"""Messages to contacts written once: one template per channel and purpose, with its words in several languages."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crm.models.consent import Topic
from messaging.models.message import MessageChannel


class Approval(models.TextChoices):
    """WhatsApp's own word on a template."""

    NONE = "none", "Not submitted"
    PENDING = "pending", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


@pghistory.track(pghistory.UpdateEvent("before_change", row=pghistory.Old), model_name="MessageTemplateHistory")
class MessageTemplate(models.Model):
    """`language` is the one used where a contact's own has no variant."""

    name = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    topic = models.CharField(max_length=20, choices=Topic.choices, default=Topic.SERVICE)
    language = models.CharField(max_length=16, default="en")
    whatsapp_sid = models.CharField(max_length=64, blank=True, help_text="Content SID at the provider")
    whatsapp_state = models.CharField(max_length=8, choices=Approval.choices, default=Approval.NONE)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name"], condition=Q(archived_at__isnull=True), name="template_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.UpdateEvent("before_change", row=pghistory.Old),
    pghistory.DeleteEvent("before_delete"),
    model_name="TemplateVariantHistory",
)
class TemplateVariant(models.Model):
    """The words in one language. E-mail is made of blocks, kept beside the HTML made from them; other channels are text."""

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(max_length=16)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    blocks = models.JSONField(default=list, blank=True)
    html = models.TextField(blank=True)
    media = ArrayField(models.CharField(max_length=500), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "language"], name="variant_once")]
