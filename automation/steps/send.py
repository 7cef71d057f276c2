"""Send a message made from a template. The gate of the messaging floor decides whether and when it leaves."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import SendMessage
from automation.engine.sending import when_to_send
from automation.engine.state import TOUCHES
from automation.steps.shape import NEXT, Case, Decision, Go, Stay, Step


class Send(Step):
    """What all messages have in common."""

    template: int | None = Field(None, ge=1, le=2**62, description="The message template")
    topic: str = Field("service", max_length=20)
    fallback: bool = Field(True, description="Another channel may follow if this one fails")

    group: ClassVar[str] = "message"
    acts: ClassVar[bool] = True
    channel: ClassVar[str] = ""

    def decide(self, case: Case) -> Decision:
        later = when_to_send(case)
        if later is not None:
            return Stay(later.until, later.why)
        effect = SendMessage(
            channel=self.channel,
            template_id=self.template,
            topic=self.topic,
            fallback=self.fallback,
            stops_on_reply=case.graph.rules.stop_on_reply,
        )
        return Go(NEXT, "Handed to the outbox.", effect=effect, keep={TOUCHES: case.state.touches + 1})


class SendEmail(Send):
    """An e-mail."""

    kind: Literal["send_email"] = "send_email"

    title: ClassVar[str] = "Send e-mail"
    icon: ClassVar[str] = "mail"
    channel: ClassVar[str] = "email"
