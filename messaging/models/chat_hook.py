"""Where colleagues are told beside the app and their mail: rooms in Slack or Teams, and browsers that take a push."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ChatService(models.TextChoices):
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"


class ChatHook(models.Model):
    """An incoming webhook. Its address is a secret: whoever knows it can write there."""

    name = models.CharField(max_length=200)
    service = models.CharField(max_length=10, choices=ChatService.choices)
    url = models.CharField(max_length=1000)
    #: Which kinds of notice are told there; empty means none.
    kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    #: Only what concerns people of this team; empty means everybody.
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    active = models.BooleanField(default=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class PushSubscription(models.Model):
    """One browser of a colleague that agreed to web push (RFC 8030); keys as the browser gave them, base64url."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    browser = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
