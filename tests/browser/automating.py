"""Automations in every state: active with two versions and people in both, one that stands still, one that paused itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from automation.drafts import edit, seen_of
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationPolicy, Enrollment
from automation.publishing import create, publish
from automation.running import sweep_enrollments
from crm.models import Contact

if TYPE_CHECKING:
    from crm.models import User

WAIT = {"id": "s1", "kind": "wait", "amount": 2, "unit": "days"}
GONE = {"id": "s1", "kind": "send_email", "template": 2**40}


def automations(by: User) -> dict[str, int]:
    """Store them; their ids."""
    now = timezone.now()
    AutomationPolicy.objects.update(approve_above=1)
    people = list(Contact.objects.order_by("pk").values_list("pk", flat=True)[:4])
    nurture = _live("Nurture: visa guide", [WAIT], by, now)
    enroll([Entry(nurture.pk, pk, now) for pk in people], now=now)
    _edit(nurture, [WAIT | {"amount": 3}, {"id": "s2", "kind": "add_tag", "tag": 1}], by, now)
    publish(nurture, by=by, now=now, forecast=3, brake=50)
    _edit(nurture, [WAIT, GONE | {"id": "s3"}], by, now, who={})
    still = _live("Payment escalation", [GONE], by, now, brake=2)
    enroll([Entry(still.pk, pk, now, deliberate=True) for pk in people[:2]], now=now)
    sweep_enrollments(now)
    enroll(
        [Entry(still.pk, pk, now) for pk in Contact.objects.exclude(pk__in=people[:2]).values_list("pk", flat=True)],
        now=now,
    )
    for_all = create(
        name="Greetings to all",
        definition=_line([WAIT], {"kind": "fixed_date", "on": f"{now + timedelta(days=60):%Y-%m-%d}"}),
        by=by,
        now=now,
    )
    parked = Enrollment.objects.filter(automation=still).earliest("pk")
    return {"automation": nurture.pk, "braked": still.pk, "for_all": for_all.pk, "round": parked.pk}


def _live(name: str, steps: list[dict[str, Any]], by: User, now: datetime, brake: int = 50) -> Automation:
    made = create(name=name, definition=_line(steps), by=by, now=now)
    publish(made, by=by, now=now, forecast=1, brake=brake)
    made.refresh_from_db()
    return made


def _edit(one: Automation, steps: list[dict[str, Any]], by: User, now: datetime, **rules: Any) -> None:
    edit(one, lambda _: _line(steps, **rules), seen=seen_of(one.live), said="Changed", by=by, now=now)
    one.refresh_from_db()


def _line(steps: list[dict[str, Any]], trigger: dict[str, Any] | None = None, **rules: Any) -> dict[str, Any]:
    rows = [dict(step) for step in steps]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        row["exits"] = {"next": following["id"] if following else None}
    return {"triggers": [trigger or {"kind": "manual"}], "rules": rules, "start": rows[0]["id"], "steps": rows}
