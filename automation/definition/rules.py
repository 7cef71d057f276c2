"""The rules of an automation: who may enter again, what ends it, and how often it may write (D5, D12)."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from automation.engine.events import Awaited

REENTRY = Literal["never", "after_finish", "after_days", "always"]


class Window(BaseModel):
    """When messages may leave, on the person's own clock: ISO weekdays (Monday is 1) and a stretch of the day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: list[int] = Field([1, 2, 3, 4, 5], min_length=1, max_length=7)
    from_: time = Field(time(9), alias="from")
    to: time = time(17)


class Rules(BaseModel):
    """Every rule has a default that harms nobody: once per person, and no further after an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reentry: REENTRY = "never"
    reentry_days: int = Field(90, ge=1, le=3650)
    per_record: bool = Field(False, description="Once for each invoice, document or deal, not once for each person")
    who: dict[str, Any] | None = Field(None, description="Only people who fit this condition enter")
    not_while_in: list[int] = Field([], max_length=50, description="Nobody enters who is in one of these automations")

    stop_on_reply: bool = True
    stop_on_colleague: bool = False
    stop_on_opt_out: bool = True
    stop_on_bounce: bool = True
    stop_on_meeting: bool = False
    goal: list[Awaited] = Field([], max_length=10, description="Events that end it with the goal met")
    goal_when: dict[str, Any] | None = Field(None, description="A condition that ends it with the goal met")
    exit_on: list[Awaited] = Field([], max_length=10, description="Events that end it")
    exit_when: dict[str, Any] | None = Field(None, description="A condition that ends it")
    leaving_audience: Literal["stay", "pause", "exit"] = "stay"

    hold_out_percent: int = Field(0, ge=0, le=50)
    most_touches: int | None = Field(None, ge=1, le=100, description="Most messages to one person in one round")
    window: Window | None = None
    runs_at: list[time] = Field([], max_length=12, description="Messages leave in runs at these local times")
    batch_size: int | None = Field(None, ge=1, le=10_000, description="Most messages of one run")
