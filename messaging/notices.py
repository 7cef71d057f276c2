"""Telling colleagues: each notice becomes messages over the channels that its person wants, as the policy allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from messaging.chat_rooms import tell_rooms
from messaging.facts import People, load_people
from messaging.kinds import NoticeKind, all_notices, notice_kind, register_notice
from messaging.ledger import write_decisions
from messaging.live_updates import told
from messaging.outbox import Item, Route, dumped, write
from messaging.policy import Asked, Verdict, decide

__all__ = ["CHOSEN", "Notice", "NoticeKind", "all_notices", "register_notice", "tell"]

#: Written into the facts of a message whose channels were picked for it, so that it is judged likewise when it leaves.
CHOSEN = "channels_chosen"


@dataclass(slots=True)
class Notice:
    """Something to tell one colleague. `channels` empty means as the person prefers for the kind.

    `data` may hold "url", the page that the notice is about, and what the e-mail's template needs.
    """

    user_id: int
    kind: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)
    dedupe_key: str = ""
    cause_kind: str = ""
    cause_id: int | None = None
    channels: Sequence[str] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where notices of one kind go for one person, and why."""

    number: int
    routes: list[Route]
    verdicts: dict[str, Verdict]
    reaches_app: bool


def tell(notices: Sequence[Notice], *, now: datetime) -> list[int]:
    """Put the notices into the outbox; returns the ids of the new messages. A known key tells nobody twice.

    Call inside the transaction of the cause. Raises KeyError for a kind that nobody registered.
    """
    if not notices:
        return []
    people = load_people({one.user_id for one in notices}, {one.kind for one in notices})
    plans: dict[tuple[Any, ...], _Plan] = {}
    items, heard = [], {}
    for one in notices:
        which = (one.user_id, one.kind, tuple(one.channels), one.expires_at)
        plan = plans.get(which)
        if plan is None:
            plan = plans[which] = _plan(len(plans), which, people, now)
        data = dumped(one.data | {CHOSEN: True} if one.channels else one.data)
        items.append(
            Item(plan.number, one.dedupe_key, one.user_id, None, one.subject, data, one.cause_kind, one.cause_id)
        )
        if plan.reaches_app:
            heard[one.user_id] = one.subject
    with transaction.atomic():
        written = write(items, [plan.routes for plan in plans.values()], now=now)
        _explain(written, items, list(plans.values()), now)
        if written:
            told(heard)
            tell_rooms(notices, now=now)
    return [pk for pk, _ in written]


def _plan(number: int, which: tuple[Any, ...], people: People, now: datetime) -> _Plan:
    user_id, kind_name, channels, expires_at = which
    kind = notice_kind(kind_name)
    person = people.wanting(user_id, kind_name)
    wanted = channels or (kind.default_channels if person.channels is None else person.channels)
    verdicts, routes = {}, []
    # Muted altogether: one line in the ledger still answers why nothing came.
    for channel in wanted or kind.default_channels[:1]:
        asked = Asked(channel, kind_name, kind.urgent, expires_at, now if kind.bundles else None)
        verdict = decide(asked, people.explicit(person) if channels else person, now)
        verdicts[f":{channel}"] = verdict
        routes.append(
            Route(
                channel,
                kind_name,
                f":{channel}",
                _status(verdict, channel),
                verdict.sentence,
                verdict.until,
                expires_at,
            )
        )
    return _Plan(number, routes, verdicts, any(r.channel == "in_app" and r.status == "delivered" for r in routes))


def _status(verdict: Verdict, channel: str) -> str:
    if verdict.verdict == "send":
        return "delivered" if channel == "in_app" else "pending"
    return "scheduled" if verdict.verdict == "hold" else "suppressed"


def _explain(written: Iterable[tuple[int, str]], items: Sequence[Item], plans: Sequence[_Plan], now: datetime) -> None:
    """Give each message that was held or refused its line in the ledger; those sent carry their reason themselves."""
    against = {
        plan.number: [(suffix, verdict) for suffix, verdict in plan.verdicts.items() if verdict.verdict != "send"]
        for plan in plans
    }
    if not any(against.values()):
        return
    ids = {key: pk for pk, key in written}
    write_decisions(
        [
            (ids[item.key + suffix], verdict)
            for item in items
            for suffix, verdict in against[item.route]
            if item.key + suffix in ids
        ],
        now=now,
    )
