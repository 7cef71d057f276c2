"""What ends somebody's way before its end: the rules of the automation, asked first at every turn. Pure."""

from __future__ import annotations

from automation.definition.rules import Rules
from automation.engine.events import Seen, is_reply
from automation.engine.graph import RULES
from automation.engine.state import (
    BOUNCED,
    COLLEAGUE_REPLIED,
    CONDITION,
    GOAL_MET,
    GONE,
    MEETING_BOOKED,
    OPTED_OUT,
    REPLIED,
    TOO_MANY_TOUCHES,
)
from automation.steps.shape import Case, End, Fail

GOAL_WHEN, EXIT_WHEN, WHO = "goal_when", "exit_when", "who"

_REPLIES = frozenset({"message_received", "call_logged", "meeting_logged"})
_BY_HAND = frozenset({"message_sent", "call_logged", "meeting_logged", "email_logged", "message_logged"})
#: Outcomes of follow-ups by which a meeting is arranged.
BOOKED = frozenset({"booked", "meeting_booked"})
_REFUSALS = frozenset({"unsubscribed", "complained"})


def awaited_by(rules: Rules) -> frozenset[str]:
    """The kinds of event that may end it, whatever the step."""
    kinds = {"contact_deleted", "followup_completed"} if rules.stop_on_meeting else {"contact_deleted"}
    if rules.stop_on_reply:
        kinds |= _REPLIES
    if rules.stop_on_colleague:
        kinds |= _BY_HAND
    if rules.stop_on_opt_out:
        kinds |= _REFUSALS
    if rules.stop_on_bounce:
        kinds.add("message_bounced")
    if rules.stop_on_meeting:
        kinds.add("meeting_logged")
    for one in (*rules.goal, *rules.exit_on):
        kinds |= one.kinds()
    return frozenset(kinds)


def why_end(case: Case) -> End | Fail | None:
    """Why it ends now, if it does: the first that holds, what the person did before what is merely so."""
    rules = case.graph.rules
    if case.facts.gone:
        return End("The contact was deleted.", GONE)
    for event in case.facts.events:
        if event.at >= case.state.entered_at and (found := _of_event(event, case)):
            return found
    for name, reason, means in ((GOAL_WHEN, GOAL_MET, "The goal is met"), (EXIT_WHEN, CONDITION, "They now fit")):
        if getattr(rules, name) is None:
            continue
        asked = case.graph.condition(RULES, name)
        if isinstance(asked, str):
            return Fail(f"The condition for leaving cannot be worked out: {asked}")
        if case.facts.fit(asked, case.now):
            return End(f"{means}: {case.graph.said(RULES, name)}.", reason)
    if rules.most_touches is not None and case.state.touches >= rules.most_touches and _would_write(case):
        return End(f"{rules.most_touches} messages have been sent, the most allowed.", TOO_MANY_TOUCHES)
    return None


def _of_event(event: Seen, case: Case) -> End | None:
    rules, by_us = case.graph.rules, event.user_id is not None
    if any(one.fits(event, case.state) for one in rules.goal):
        return End(f"{event.words}: the goal is met.", GOAL_MET)
    if any(one.fits(event, case.state) for one in rules.exit_on):
        return End(f"{event.words}.", CONDITION)
    if rules.stop_on_reply and is_reply(event) and not _has_its_way(event, case):
        return End(f"{event.words}.", REPLIED)
    if rules.stop_on_opt_out and event.kind in _REFUSALS:
        return End(f"{event.words}.", OPTED_OUT)
    if rules.stop_on_bounce and event.kind == "message_bounced":
        return End(f"{event.words}.", BOUNCED)
    if rules.stop_on_meeting and _is_meeting(event):
        return End(f"{event.words}.", MEETING_BOOKED)
    if rules.stop_on_colleague and by_us and event.kind in _BY_HAND:
        return End(f"{event.words}.", COLLEAGUE_REPLIED)
    return None


def _has_its_way(event: Seen, case: Case) -> bool:
    """Whether the steps themselves say what comes after this reply: whoever lets a wait for a reply lead on means it."""
    if event.id in case.state.answers:
        return True
    step = case.graph.steps.get(case.state.step or "")
    return step is not None and step.leads_on(event, case.state)


def _is_meeting(event: Seen) -> bool:
    return event.kind == "meeting_logged" or event.data.get("outcome") in BOOKED


def _would_write(case: Case) -> bool:
    step = case.graph.steps.get(case.state.step or "")
    return step is not None and step.group == "message"


__all__ = ["EXIT_WHEN", "GOAL_WHEN", "WHO", "awaited_by", "why_end"]
