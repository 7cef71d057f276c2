"""The kinds of step there are. A new one is a module here and a line in KINDS; docs/automation-steps.md says how."""

from __future__ import annotations

from automation.steps.assign_owner import AssignOwner
from automation.steps.audiences import AddToAudience, RemoveFromAudience
from automation.steps.branch import Branch
from automation.steps.change_stage import ChangeStage
from automation.steps.complete_followups import CompleteFollowUps
from automation.steps.create_followup import CreateFollowUp
from automation.steps.end import EndHere
from automation.steps.escalate import Escalate
from automation.steps.go_to import GoTo
from automation.steps.log_attempt import LogAttempt
from automation.steps.notify import Notify
from automation.steps.other_automations import StartAutomation, StopAutomation
from automation.steps.send import SendEmail, SendMessageAnyhow, SendSms, SendWhatsApp
from automation.steps.set_field import SetField
from automation.steps.shape import Step
from automation.steps.split import Split
from automation.steps.tags import AddTag, RemoveTag
from automation.steps.wait import Wait
from automation.steps.wait_for_event import WaitForEvent
from automation.steps.wait_until import WaitUntil
from automation.steps.webhook import Webhook

#: In the order in which the palette offers them.
KINDS: dict[str, type[Step]] = {
    model.model_fields["kind"].default: model
    for model in (
        SendEmail, SendSms, SendWhatsApp, SendMessageAnyhow,
        Wait, WaitUntil, WaitForEvent,
        Branch, Split,
        CreateFollowUp, CompleteFollowUps, Notify, Escalate, AssignOwner,
        AddTag, RemoveTag, AddToAudience, RemoveFromAudience, SetField, ChangeStage, LogAttempt, Webhook,
        StartAutomation, StopAutomation, GoTo, EndHere,
    )
}  # fmt: skip
