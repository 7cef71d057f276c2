"""Tell another system."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import CallWebhook, Effect
from automation.steps.acting import Acting
from automation.steps.fields import Id
from automation.steps.shape import Case


class Webhook(Acting):
    """Facts are posted as JSON, signed, and tried again until they arrive (docs/webhooks.md). People do not wait for it."""

    kind: Literal["webhook"] = "webhook"
    url: str = Field(
        "", max_length=2000, title="Address", description="https://…; addresses inside your network are refused",
        json_schema_extra={"control": "url", "needed": "Write the address to call."},
    )  # fmt: skip
    name: str = Field(
        "", max_length=60, title="Name of the event", description="What the other system is told has happened"
    )
    with_contact: bool = Field(True, title="Send who it is", description="Name and addresses; else only their number")
    secret: Id | None = Field(
        None, title="Secret", description="Signs the call; without one the standard secret does",
        json_schema_extra={"control": "webhook_secret"},
    )  # fmt: skip

    title: ClassVar[str] = "Call a webhook"
    icon: ClassVar[str] = "webhook"

    def words(self) -> str:
        return self.url.partition("://")[2].partition("/")[0]

    def effect(self, case: Case) -> Effect:
        return CallWebhook(self.url, self.name, self.with_contact, self.secret)
