"""Automations, their versions, and who is where in them."""

from .automation import Automation, AutomationKind, AutomationState, AutomationVersion
from .clock import TriggerClock
from .enrollment import INSIDE, RUNNING, Enrollment, EnrollmentStatus, RefusedEntry, StepVisit

__all__ = [
    "INSIDE",
    "RUNNING",
    "Automation",
    "AutomationKind",
    "AutomationState",
    "AutomationVersion",
    "Enrollment",
    "EnrollmentStatus",
    "RefusedEntry",
    "StepVisit",
    "TriggerClock",
]
