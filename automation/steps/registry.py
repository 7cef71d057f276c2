"""The kinds of step there are. A new one is a module here and a line in KINDS; docs/automation-steps.md says how."""

from __future__ import annotations

from automation.steps.branch import Branch
from automation.steps.end import EndHere
from automation.steps.send import SendEmail
from automation.steps.shape import Step
from automation.steps.wait import Wait
from automation.steps.wait_for_event import WaitForEvent

KINDS: dict[str, type[Step]] = {
    model.model_fields["kind"].default: model for model in (SendEmail, Wait, WaitForEvent, Branch, EndHere)
}
