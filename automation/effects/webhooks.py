"""Calls to other systems, into the outbox of webhooks: signed there, and tried again until they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from automation.effects.shape import Done, Order
from automation.models import Automation
from crm.models import Contact
from messaging.webhooks.addresses import problem_with
from messaging.webhooks.secret_keeping import living_secrets
from messaging.webhooks.writing import NewCall, write_calls

#: What caused them, and what the other system is told where the step has no name for it.
CAUSE, EVENT = "enrollment", "automation.step"
_WHO = ("first_name", "last_name", "organisation", "email", "phone", "external_id", "language", "country", "time_zone")


def call(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Write the calls. People do not wait for the answers. An address that may not be called and a secret that was ended fail
    the step."""
    problems = _problems(orders)
    names = dict(Automation.objects.filter(pk__in={one.automation_id for one in orders}).values_list("pk", "name"))
    wanted = {one.contact_id for one in orders if one.effect.with_contact}
    who = {row["pk"]: row for row in Contact.objects.filter(pk__in=wanted).values("pk", *_WHO)} if wanted else {}
    calls = [
        NewCall(
            key=_key(one),
            url=one.effect.url,
            body=_facts(one, names.get(one.automation_id, ""), who, now),
            contact_id=one.contact_id,
            cause_kind=CAUSE,
            cause_id=one.enrollment_id,
            secret_id=one.effect.secret_id,
        )
        for one in orders
        if not problems[one.effect]
    ]
    ids = write_calls(calls, now=now)
    return [
        Done(failed=problem)
        if (problem := problems[one.effect])
        else Done("In the outbox of webhooks.", {"webhook": ids.get(_key(one))})
        for one in orders
    ]


def _problems(orders: Sequence[Order]) -> dict[Any, str]:
    """What speaks against each call; empty for nothing."""
    named = {one.effect.secret_id for one in orders} - {None}
    living = {secret.pk for secret in living_secrets()} if named else set()
    found = {}
    for effect in {one.effect for one in orders}:
        problem = problem_with(effect.url)
        found[effect] = f"Its address cannot be called: {problem}" if problem else ""
        if not problem and effect.secret_id is not None and effect.secret_id not in living:
            found[effect] = "The secret that it was to be signed with was ended. Choose another one."
    return found


def _key(one: Order) -> str:
    return f"automation:{one.key}"


def _facts(one: Order, name: str, who: dict[int, dict[str, Any]], now: datetime) -> dict[str, Any]:
    """What is told: no more than the step says, and nothing secret."""
    about = one.state.about
    person = {field: value for field, value in who.get(one.contact_id, {}).items() if field != "pk" and value}
    return {
        "event": one.effect.name or EVENT,
        "at": now.isoformat(),
        "automation": {"id": one.automation_id, "name": name},
        "step": one.step,
        "entered_at": one.state.entered_at.isoformat(),
        "contact": {"id": one.contact_id, **person},
        "about": {"kind": about.kind, "id": about.id} if about else None,
        "data": dict(one.words),
    }
