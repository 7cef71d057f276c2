"""Colleagues told: by what each of them prefers for news of automations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from automation.effects.words import filled, values_of
from automation.engine.effects import Escalate, NotifyColleague
from automation.models import Automation
from crm.models import Membership, Team
from followups.models import FollowUp
from followups.staff import Staff
from followups.transitions import set_priority
from messaging.notices import Notice, NoticeKind, register_notice, tell

#: What colleagues are told by a step, calmly or urgently, and what comes to a manager.
NEWS, URGENT, ESCALATED = "automation_news", "automation_urgent", "automation_escalated"
CAUSE = "enrollment"
#: What rises to a priority: nothing falls.
BELOW = {"high": ["low", "medium"], "urgent": ["low", "medium", "high"]}
NOBODY = "Nobody was told: "


def register() -> None:
    """Make the kinds of notice known; called once at start-up."""
    register_notice(
        NoticeKind(NEWS, "News of automations", ("in_app", "email"), help="When a step tells you something", icon="workflow"),
        NoticeKind(
            URGENT, "Urgent news of automations", ("in_app", "email"), urgent=True,
            help="When a step tells you something that must not wait", icon="zap",
        ),
        NoticeKind(
            ESCALATED, "What automations escalate", ("in_app", "email"), urgent=True,
            help="When an automation says that somebody whom you lead needs you", icon="siren",
        ),
    )  # fmt: skip


def notify(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Tell the owner, whoever leads them, a colleague or a team. Nobody to tell is no failure; one who left is."""
    staff = Staff.load(now)
    teams = _teams({one.effect.team_id for one in orders if one.effect.team_id})
    found = [_whom(one, staff, teams) for one in orders]
    kinds = [URGENT if one.effect.urgent else NEWS for one in orders]
    return _tell(orders, found, kinds, staff, now)


def escalate(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Tell whoever leads the owner; open follow-ups of the round may rise."""
    staff = Staff.load(now)
    for priority, below in BELOW.items():
        made = [pk for one in orders if one.effect.priority == priority for pk in one.made]
        if made:
            rising = FollowUp.objects.open().filter(pk__in=made, priority__in=below)
            set_priority(rising, by=None, now=now, priority=priority)
    return _tell(orders, [_above(one, staff) for one in orders], [ESCALATED] * len(orders), staff, now)


def _tell(
    orders: Sequence[Order], found: Sequence[list[int] | Done], kinds: Sequence[str], staff: Staff, now: datetime
) -> list[Done]:
    texts = [text for one in orders for text in _words(one.effect)]
    values = values_of(orders, texts, now=now)
    names = dict(Automation.objects.filter(pk__in={one.automation_id for one in orders}).values_list("pk", "name"))
    notices, done = [], []
    for one, whom, kind in zip(orders, found, kinds, strict=True):
        if isinstance(whom, Done):
            done.append(whom)
            continue
        subject, text = (filled(said, values[one.enrollment_id]) for said in _words(one.effect))
        heading = " ".join(subject.split())[:200] or names.get(one.automation_id, "An automation")
        lines = [line for line in text.splitlines() if line.strip()]
        lines.append(f"{one.facts.name or 'They'} is in “{names.get(one.automation_id, '')}”.")
        data = {"url": f"/contacts/{one.contact_id}/", "lines": lines, "button": "Open the client"}
        for user_id in whom:
            key = f"automation:{one.key}:{user_id}"
            notices.append(Notice(user_id, kind, heading, dict(data), key, CAUSE, one.enrollment_id))
        told = ", ".join(staff.people[user_id].name for user_id in whom)
        done.append(Done(f"Told {told}.", {"told": list(whom)}))
    tell(notices, now=now)
    return done


def _words(effect: NotifyColleague | Escalate) -> tuple[str, str]:
    if isinstance(effect, Escalate):
        return "{{ contact.full_name|A client }} needs you", effect.reason
    return effect.subject, effect.text


def _whom(one: Order, staff: Staff, teams: dict[int, tuple[str, list[int]]]) -> list[int] | Done:
    effect = one.effect
    if effect.to == "manager":
        return _above(one, staff)
    if effect.to == "owner":
        owner = one.facts.owner_id
        return [owner] if owner in staff.people and owner is not None else Done(NOBODY + "they have no owner.")
    if effect.to == "person":
        known = effect.person_id in staff.people
        return (
            [effect.person_id]
            if known
            else Done(failed="The colleague who was to be told is gone. Choose another one.")
        )
    if effect.team_id not in teams:
        return Done(failed="Its team was deleted. Choose another one.")
    name, members = teams[effect.team_id]
    return [one for one in members if one in staff.people] or Done(f"{NOBODY}there is nobody in “{name}”.")


def _above(one: Order, staff: Staff) -> list[int] | Done:
    """Those who lead the owner; nobody does: the administrators. Whoever is away is passed over where another is there."""
    leads = staff.above(one.facts.owner_id) if one.facts.owner_id else []
    found = [pk for pk in leads or staff.administrators() if pk != one.facts.owner_id] or staff.administrators()
    present = [pk for pk in found if not staff.people[pk].away]
    return present or found or Done(NOBODY + "nobody leads the owner, and there is no administrator.")


def _teams(ids: set[int]) -> dict[int, tuple[str, list[int]]]:
    if not ids:
        return {}
    found: dict[int, tuple[str, list[int]]] = {
        pk: (name, []) for pk, name in Team.objects.filter(pk__in=ids).values_list("pk", "name")
    }
    for team_id, user_id in Membership.objects.filter(team__in=ids).order_by("pk").values_list("team_id", "user_id"):
        found[team_id][1].append(user_id)
    return found
