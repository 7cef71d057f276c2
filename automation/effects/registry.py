"""Which writer writes which effect."""

from __future__ import annotations

from automation.effects import (
    attempts,
    contacts,
    deals,
    followups,
    messages,
    notices,
    other_automations,
    owners,
    settled,
    webhooks,
)
from automation.effects.shape import Writer
from automation.engine.effects import (
    AssignOwner,
    CallWebhook,
    ChangeMembership,
    ChangeStage,
    ChangeTag,
    CreateFollowUp,
    Effect,
    Escalate,
    LogAttempt,
    NotifyColleague,
    SendMessage,
    SetField,
    SettleFollowUps,
    StartAutomation,
    StopAutomation,
)

WRITERS: dict[type[Effect], Writer] = {
    SendMessage: messages.send,
    NotifyColleague: notices.notify,
    Escalate: notices.escalate,
    CreateFollowUp: followups.create,
    SettleFollowUps: settled.close,
    ChangeTag: contacts.change_tag,
    ChangeMembership: contacts.change_membership,
    SetField: contacts.set_field,
    AssignOwner: owners.assign,
    ChangeStage: deals.change_stage,
    LogAttempt: attempts.log_attempt,
    CallWebhook: webhooks.call,
    StartAutomation: other_automations.start,
    StopAutomation: other_automations.stop_others,
}
