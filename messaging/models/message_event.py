"""What became of a message, and every decision about it: the why ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value


class MessageEvent(models.Model):
    """sent, delivered, failed, read, opened, clicked, bounced, complained, ...: append-only."""

    message = models.ForeignKey("messaging.Message", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    detail = models.CharField(max_length=500, blank=True)
    #: Who did it, where that is a question (opened, clicked): "person", "machine", or "" while nobody can say; and why.
    actor = models.CharField(max_length=8, blank=True, default="", db_default="")
    rule = models.CharField(max_length=200, blank=True, default="", db_default="")
    #: The sender's name for the event: said twice, it counts once.
    key = models.CharField(max_length=200, blank=True, default="", db_default="")
    data = models.JSONField(default=dict, db_default=Value("{}"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="message_event_once"),
        ]
        indexes = [
            # The labelling sweep.
            models.Index(
                fields=["at"], condition=Q(actor="", kind__in=["opened", "clicked"]), name="hits_to_be_labelled"
            ),
        ]


class Decision(models.Model):
    """One verdict of the policy gate, with the reason and the facts it used."""

    message = models.ForeignKey("messaging.Message", on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=[("send", "Send"), ("hold", "Hold"), ("refuse", "Do not send")])
    rule = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
