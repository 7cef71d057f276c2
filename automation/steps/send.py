"""Send a message made from a template. The gate of the messaging floor decides whether and when it leaves."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import SendMessage
from automation.engine.sending import when_to_send
from automation.engine.state import TOUCHES
from automation.steps.fields import Extra, Id
from automation.steps.shape import NEXT, Case, Decision, Fail, Go, Stay, Step

NO_TEMPLATE = "Choose the message template."
TOPIC_LABELS: Extra = {
    "": "As the template says",
    "service": "About their own case",
    "marketing": "Marketing",
    "classes": "Classes and appointments",
    "payments": "Payments",
}


class Send(Step):
    """What all messages have in common."""

    topic: Literal["", "service", "marketing", "classes", "payments"] = Field(
        "", title="What it is about", description="Each may be refused by itself; nobody who refused it gets it",
        json_schema_extra={"labels": TOPIC_LABELS, "seldom": True},
    )  # fmt: skip
    fallback: bool = Field(
        True, title="Try another channel", description="If this one fails, a template of the same name goes over another",
        json_schema_extra={"seldom": True},
    )  # fmt: skip

    group: ClassVar[str] = "message"
    acts: ClassVar[bool] = True
    channel: ClassVar[str] = ""

    def decide(self, case: Case) -> Decision:
        template = getattr(self, "template", None)
        if template is None:
            return Fail(NO_TEMPLATE)
        later = when_to_send(case)
        if later is not None:
            return Stay(later.until, later.why)
        effect = SendMessage(
            channel=self.channel,
            template_id=template,
            topic=self.topic,
            fallback=self.fallback,
            stops_on_reply=case.graph.rules.stop_on_reply,
        )
        return Go(NEXT, "Handed to the outbox.", effect=effect, keep={TOUCHES: case.state.touches + 1})


class SendEmail(Send):
    """An e-mail."""

    kind: Literal["send_email"] = "send_email"
    template: Id | None = Field(
        None, title="Template", description="The words of the mail",
        json_schema_extra={"control": "template", "channel": "email", "needed": NO_TEMPLATE},
    )  # fmt: skip

    title: ClassVar[str] = "Send e-mail"
    icon: ClassVar[str] = "mail"
    channel: ClassVar[str] = "email"


class SendSms(Send):
    """A text message."""

    kind: Literal["send_sms"] = "send_sms"
    template: Id | None = Field(
        None, title="Template", description="The words of the text message",
        json_schema_extra={"control": "template", "channel": "sms", "needed": NO_TEMPLATE},
    )  # fmt: skip

    title: ClassVar[str] = "Send SMS"
    icon: ClassVar[str] = "message-square"
    channel: ClassVar[str] = "sms"


class SendWhatsApp(Send):
    """A message by WhatsApp: more than a day after theirs it needs a template that WhatsApp has approved."""

    kind: Literal["send_whatsapp"] = "send_whatsapp"
    template: Id | None = Field(
        None, title="Template", description="The words of the message; approved by WhatsApp, it may leave at any time",
        json_schema_extra={"control": "template", "channel": "whatsapp", "needed": NO_TEMPLATE},
    )  # fmt: skip

    title: ClassVar[str] = "Send WhatsApp"
    icon: ClassVar[str] = "message-circle"
    channel: ClassVar[str] = "whatsapp"


class SendMessageAnyhow(Send):
    """Over the channel that suits them best: of those for which a template of this name has words."""

    kind: Literal["send_message"] = "send_message"
    template: Id | None = Field(
        None, title="Template", description="Of any channel: those of the same name count as one, and the best way is taken",
        json_schema_extra={"control": "template", "channel": "", "needed": NO_TEMPLATE},
    )  # fmt: skip

    title: ClassVar[str] = "Send by the best channel"
    icon: ClassVar[str] = "send"
