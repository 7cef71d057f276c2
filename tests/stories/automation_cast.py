"""People and automations for the storm over the engine. Runs inside an installation, by `manage.py shell`."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from automation.publishing import create, publish
from crm.models import Contact, Tag, User
from crm.timeline import Happening, record
from messaging.models import ContactPolicy, MessageTemplate, TemplateVariant

#: What somebody does depends on their number modulo this, and on nothing else.
CLASSES = 42


def library() -> None:
    """Three automations: a form begins the nurture, its tag the second, which hands on to a third by its field."""
    now = timezone.now()
    User.objects.create_user("agent@example.com", full_name="Agent", capacity=30_000)
    # Nothing leaves today: what is looked at is what the engine writes.
    hour = now.hour
    ContactPolicy.objects.update(
        quiet_from=time((hour - 2) % 24), quiet_to=time((hour + 10) % 24), weekends=True, cap_per_day=None,
        cap_per_week=None, gap_minutes=None, late_hours=None,
    )  # fmt: skip
    tag = Tag.objects.create(name="Storm", slug="storm").pk
    mails = [_template(f"Storm {number}") for number in range(3)]
    _automation(
        "Nurture",
        [{"kind": "form_submitted", "form": "storm"}],
        [
            {"id": "m1", "kind": "send_email", "template": mails[0], "exits": {"next": "t"}},
            {"id": "t", "kind": "add_tag", "tag": tag, "exits": {"next": "w"}},
            {"id": "w", "kind": "wait", "amount": 1, "unit": "days", "exits": {"next": "b"}},
            {"id": "b", "kind": "branch", "exits": {"client": "f", "else": "e"}, "choices": [
                {"name": "client", "label": "Client", "when": {"field": "lifecycle", "op": "equals", "value": "client"}}]},
            {"id": "f", "kind": "create_followup", "subject": "Storm call", "type": "call", "exits": {"next": "e"}},
            {"id": "e", "kind": "wait_for_event", "events": [{"event": "order_paid"}], "amount": 2, "unit": "days",
             "exits": {"happened": "g", "timed_out": "m2"}},
            {"id": "m2", "kind": "send_email", "template": mails[1], "exits": {"next": "g"}},
            {"id": "g", "kind": "end"},
        ],
    )  # fmt: skip
    _automation(
        "Tagged",
        [{"kind": "tag_added", "tag": tag}],
        [
            {"id": "s", "kind": "set_field", "field": "city", "value": "Storm", "exits": {"next": "w"}},
            {"id": "w", "kind": "wait", "amount": 1, "unit": "days", "exits": {"next": "m"}},
            {"id": "m", "kind": "send_email", "template": mails[2], "exits": {"next": None}},
        ],
    )  # fmt: skip


def _automation(name: str, triggers: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    now = timezone.now()
    definition = {"triggers": triggers, "rules": {}, "start": steps[0]["id"], "steps": steps}
    publish(create(name=name, definition=definition, by=None, now=now), by=None, now=now)


def _template(name: str) -> int:
    now = timezone.now()
    made = MessageTemplate.objects.create(name=name, channel="email", topic="service", created_at=now, updated_at=now)
    TemplateVariant.objects.create(template=made, language="en", subject=name, text="Hello")
    return made.pk


def people(number: int, mark: str) -> None:
    """Add so many contacts, of whom every second is a client, and let each send the form."""
    now = timezone.now()
    made = Contact.objects.bulk_create(
        [
            Contact(
                first_name=mark, last_name=str(one), email=f"{mark}{one}@example.org", external_id=f"{mark}-{one}",
                lifecycle="client" if one % 2 else "new", created_at=now, updated_at=now,
            )
            for one in range(number)
        ],
        batch_size=2_000,
    )  # fmt: skip
    for start in range(0, number, 1_000):
        happened = [
            Happening("form_submitted", one.pk, now, data={"form": "storm"}) for one in made[start : start + 1_000]
        ]
        record(happened, now=now)


def some_do(mark: str, kind: str, every: int, *, two_way: bool = False) -> None:
    """Let every so-many-th of them do something."""
    now = timezone.now()
    ids = [
        pk
        for pk, name in Contact.objects.filter(first_name=mark).values_list("pk", "last_name")
        if int(name) % every == 0
    ]
    for start in range(0, len(ids), 1_000):
        record([Happening(kind, pk, now, two_way=two_way) for pk in ids[start : start + 1_000]], now=now)


def days_pass(days: int) -> None:
    """As if everything inside had happened so many days before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_enrollment SET since = since - %(gap)s, entered_at = entered_at - %(gap)s,
                next_at = next_at - %(gap)s,
                memory = CASE WHEN memory ? 'acted_at' THEN jsonb_set(memory, '{acted_at}',
                    to_jsonb(to_char((memory ->> 'acted_at')::timestamptz - %(gap)s, 'YYYY-MM-DD"T"HH24:MI:SSOF:00')))
                    ELSE memory END
            WHERE status IN ('active', 'waiting')
            """,
            {"gap": timedelta(days=days)},
        )
