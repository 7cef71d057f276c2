"""Webhooks in every state, as the operations pages show them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from crm.models import Contact
from messaging.models import WebhookCall
from messaging.webhooks.secret_keeping import change_secret, make_secret
from messaging.webhooks.writing import NewCall, write_calls


def webhooks(client: Contact) -> None:
    """Store them, with two secrets of which one was just changed."""
    now = timezone.now()
    for _ in range(2):
        change_secret(None, now=now - timedelta(hours=2))
    make_secret(name="The school’s register", now=now - timedelta(days=40))
    said = {
        "sent": ("n8n.example.com", ""),
        "scheduled": ("register.example.org", "Something is out of order there (502): Bad gateway"),
        "failed": ("hooks.example.com", "They say that this address is gone for good (410)."),
        "parked": ("shop.example.com", "Tried 8 times. shop.example.com did not answer within 20 seconds; it may have taken the call."),
        "pending": ("n8n.example.com", ""),
        "dropped": ("old.example.com", "Given up by Ada. They refused it (404): There is no such workflow any more."),
    }  # fmt: skip
    write_calls(
        [
            NewCall(f"shown:{state}", f"https://{host}/webhook/3f1c9a7b", {}, client.pk)
            for state, (host, _) in said.items()
        ],
        now=now - timedelta(hours=3),
    )
    for state, (_, words) in said.items():
        later = now + timedelta(hours=2)
        WebhookCall.objects.filter(key=f"shown:{state}").update(
            status=state, last_error=words, attempts={"pending": 0, "scheduled": 4, "parked": 8}.get(state, 1),
            next_at=later if state in ("scheduled", "pending") else now, tried_at=now,
        )  # fmt: skip
