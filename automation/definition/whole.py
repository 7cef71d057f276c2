"""The whole definition of an automation, as it is stored and as the API takes it."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field

from automation.definition.rules import Rules
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

MOST_STEPS = 200

AnyStep: Any = Annotated[Union[tuple(STEPS.values())], Discriminator("kind")]  # noqa: UP007  # made from a registry
AnyTrigger: Any = Annotated[Union[tuple(TRIGGERS.values())], Discriminator("kind")]  # noqa: UP007


class Definition(BaseModel):
    """Triggers let people in, rules say who and what ends it, and `start` is the first of the steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    triggers: list[AnyTrigger] = Field([], max_length=10)
    rules: Rules = Rules()
    start: str | None = None
    steps: list[AnyStep] = Field([], max_length=MOST_STEPS)
