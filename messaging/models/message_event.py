"""What became of a message, and every decision about it: the why ledger."""

from __future__ import annotations

from django.db import models


class MessageEvent(models.Model):
    """sent, delivered, failed, read, ...: append-only."""

    message = models.ForeignKey("messaging.Message", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    detail = models.CharField(max_length=500, blank=True)


class Decision(models.Model):
    """One verdict of the policy gate, with the reason and the facts it used."""

    message = models.ForeignKey("messaging.Message", on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=[("send", "Send"), ("hold", "Hold"), ("refuse", "Do not send")])
    rule = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
