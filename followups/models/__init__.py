"""The follow-up and everything that keeps it from being forgotten."""

from .calendar_feed import CalendarFeed
from .digest import Digest, DigestSchedule
from .escalation import Escalation
from .followup import FollowUp, FollowUpTag, Priority, Status
from .followup_set import FollowUpSet, FollowUpSetItem, Occasion
from .followup_type import FollowUpType, Outcome, Sense
from .house_rule import RestingRule
from .reminder import Reminder
from .template import FollowUpTemplate, MadeFor

__all__ = [
    "CalendarFeed",
    "Digest",
    "DigestSchedule",
    "Escalation",
    "FollowUp",
    "FollowUpSet",
    "FollowUpSetItem",
    "FollowUpTag",
    "FollowUpTemplate",
    "FollowUpType",
    "MadeFor",
    "Occasion",
    "Outcome",
    "Priority",
    "Reminder",
    "RestingRule",
    "Sense",
    "Status",
]
