"""What steps ask to have written, as plain data. How each is written: `automation/effects/`, one module for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Effect:
    """The base of all effects."""


@dataclass(frozen=True, slots=True)
class SendMessage(Effect):
    """A message from a template; `channel` empty means the one that suits the person best, `topic` empty the template's."""

    channel: str
    template_id: int | None
    topic: str = ""
    fallback: bool = True
    stops_on_reply: bool = True


@dataclass(frozen=True, slots=True)
class NotifyColleague(Effect):
    """A notice to the "owner", their "manager", a "person" or a "team"; the words may hold merge fields."""

    to: str
    subject: str
    text: str = ""
    person_id: int | None = None
    team_id: int | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class CreateFollowUp(Effect):
    """A follow-up from a template or from own words, due a span later, for the "owner", the "least_loaded" or a "person".
    What is empty is the template's; `at` is a time of day where the assignee is."""

    template_id: int | None = None
    subject: str = ""
    description: str = ""
    type: str = ""
    priority: str = ""
    amount: int = 0
    unit: str = "days"
    at: time | None = None
    whom: str = "owner"
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class SettleFollowUps(Effect):
    """The open follow-ups that this round made: "complete" or "cancel", with a note."""

    how: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangeTag(Effect):
    """Put a tag on, or take it off."""

    tag_id: int | None
    add: bool


@dataclass(frozen=True, slots=True)
class ChangeMembership(Effect):
    """Put into an audience that is kept by hand, or take out."""

    audience_id: int | None
    add: bool


@dataclass(frozen=True, slots=True)
class SetField(Effect):
    """A field of the contact, built-in ("city") or own ("custom.passport"); an empty value clears it."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeStage(Effect):
    """Their deal goes to a stage; one for lost deals needs a reason."""

    stage_id: int | None
    reason_id: int | None = None


@dataclass(frozen=True, slots=True)
class AssignOwner(Effect):
    """A new owner: a "person", the "least_loaded" of all, or of a "team"."""

    how: str
    person_id: int | None = None
    team_id: int | None = None
    only_without: bool = False


@dataclass(frozen=True, slots=True)
class Escalate(Effect):
    """Whoever leads the owner is told, with the reason; open follow-ups of this round may rise to a priority."""

    reason: str
    priority: str = ""


@dataclass(frozen=True, slots=True)
class CallWebhook(Effect):
    """Facts are posted to an address under the name of an event, signed with a secret or the standard one."""

    url: str
    name: str = ""
    with_contact: bool = True
    secret_id: int | None = None


@dataclass(frozen=True, slots=True)
class StartAutomation(Effect):
    """They enter another automation, by its own rules."""

    automation_id: int | None


@dataclass(frozen=True, slots=True)
class StopAutomation(Effect):
    """They leave another automation."""

    automation_id: int | None


@dataclass(frozen=True, slots=True)
class LogAttempt(Effect):
    """Somebody was tried in vain over a channel; no real contact."""

    channel: str
    notes: str = ""
