"""Automations, their versions, and who is where in them."""

from .automation import Automation, AutomationKind, AutomationState, AutomationVersion
from .clock import TriggerClock
from .draft_change import ChangeState, DraftChange
from .enrollment import INSIDE, RUNNING, Enrollment, EnrollmentStatus, RefusedEntry, StepVisit
from .safety import AutomationPolicy, EntryCount

__all__ = [
    "INSIDE",
    "RUNNING",
    "Automation",
    "AutomationKind",
    "AutomationPolicy",
    "AutomationState",
    "AutomationVersion",
    "ChangeState",
    "DraftChange",
    "Enrollment",
    "EnrollmentStatus",
    "EntryCount",
    "RefusedEntry",
    "StepVisit",
    "TriggerClock",
]
