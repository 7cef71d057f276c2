"""Document expiry (usecases.md no. 4): the client is told half a year before, and more urgently at 90 and 30 days."""

from __future__ import annotations

from typing import Any

from automation.library.line import choice, followup, line, some
from automation.library.shape import Entry, Place
from followups.house_rules import RENEWALS

_ANSWERS = ["is_acting", "not_interested"]
_SUBJECT = "Inform {{ contact.first_name|them }} about renewal: {{ document.name|a document }} expires on {{ document.expires_on }}"
_ANEW = "Made anew with more urgency: {days} days are left."


def _inform(at: Place, pk: str, priority: str, due: int, **more: Any) -> dict[str, Any]:
    return followup(
        at, pk, "Inform about renewal", subject=_SUBJECT, type="call", priority=priority, due=due, **more
    )  # fmt: skip


def _check(at: Place, pk: str, **more: Any) -> dict[str, Any]:
    subject = "Check renewal status with {{ contact.first_name|them }}: {{ document.name|the document }}"
    return followup(
        at, pk, "Check renewal status", subject=subject, type="call", priority="medium", due=30, **more
    )  # fmt: skip


def _days_before(pk: str, days: int, then: str) -> dict[str, Any]:
    return {
        "id": pk, "kind": "wait_until", "until": "date", "date": "document.expires_on", "offset_days": -days, "at": "09:00",
        "exits": {"next": then, "no_date": None},
    }  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "document_expiring"}],
        "rules": {
            "reentry": "after_days", "reentry_days": 200, "per_record": True,
            "goal": [{"event": "document_received"}, {"event": "document_approved"}],
            "goal_when": some("documents", ("renewed", "is", True)),
            "exit_on": [{"event": "document_withdrawn"}],
            "stop_on_reply": False, "stop_on_opt_out": False, "stop_on_bounce": False,
        },
        "start": "how_far",
        "steps": line(
            {
                "id": "how_far", "kind": "branch",
                "choices": [
                    choice("far", "More than 90 days", some("documents", ("expires_on", "further_off", 90))),
                    choice("near", "More than 30 days", some("documents", ("expires_on", "further_off", 30))),
                ],
                "exits": {"far": "inform", "near": "at_90", "else": "at_30"},
            },
            _inform(
                at, "inform", "medium", 14, wait=True, by_outcome=_ANSWERS, late_after=76, late_unit="days",
                exits={"outcome:is_acting": "check", "outcome:not_interested": None, "done": "at_90", "late": "at_90"},
            ),
            _check(
                at, "check", wait=True, by_outcome=_ANSWERS, late_after=14, late_unit="days",
                exits={"outcome:is_acting": "at_90", "outcome:not_interested": None, "done": "at_90", "late": "at_90"},
            ),
            _days_before("at_90", 90, "again_90"),
            {"id": "again_90", "kind": "complete_followups", "how": "cancel", "reason": _ANEW.format(days=90)},
            _inform(
                at, "inform_90", "high", 7, wait=True, by_outcome=_ANSWERS, late_after=53, late_unit="days",
                exits={"outcome:is_acting": "check_90", "outcome:not_interested": None, "done": "at_30", "late": "at_30"},
            ),
            _check(at, "check_90"),
            _days_before("at_30", 30, "again_30"),
            {"id": "again_30", "kind": "complete_followups", "how": "cancel", "reason": _ANEW.format(days=30)},
            _inform(at, "inform_30", "urgent", 2),
            {
                "id": "manager", "kind": "escalate", "priority": "urgent",
                "reason": "{{ document.name|A document }} of {{ contact.full_name }} expires on {{ document.expires_on|a day soon }}, "
                "and no new one is here.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="document-expiry",
    name="Documents that expire",
    kind="workflow",
    group="money",
    icon="file-text",
    story="A passport, visa or licence runs out. On the day on which its kind first warns, 180 days before if nobody chose "
    "another, a colleague is to inform the client. “Is acting” brings a look at how it goes 30 days later, “not interested” "
    "ends it. Without a new document it is asked for anew with high priority 90 days before, and 30 days before urgently, "
    "and your manager is told. It ends when the new document is here. The house’s own follow-ups about documents that "
    "expire rest while it is active.",
    definition=_definition,
    replaces=(RENEWALS,),
)
