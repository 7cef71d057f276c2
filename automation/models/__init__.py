"""Automations, their versions, and who is where in them."""

from .automation import Automation, AutomationKind, AutomationState, AutomationVersion
from .clock import TriggerClock
from .draft_change import ChangeState, DraftChange
from .enrollment import INSIDE, RUNNING, Enrollment, EnrollmentStatus, RefusedEntry, StepVisit

__all__ = [
    "INSIDE",
    "RUNNING",
    "Automation",
    "AutomationKind",
    "AutomationState",
    "AutomationVersion",
    "ChangeState",
    "DraftChange",
    "Enrollment",
    "EnrollmentStatus",
    "RefusedEntry",
    "StepVisit",
    "TriggerClock",
]
