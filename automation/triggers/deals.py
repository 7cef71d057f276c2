"""A deal came to a stage, was won, or was lost."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.fields import Id
from automation.triggers.shape import Told, Trigger

MOVES = frozenset({"deal_stage_changed", "deal_won", "deal_lost", "deal_reopened"})


class _OfDeal(Trigger):
    pipeline: Id | None = Field(
        None, title="Pipeline", description="Only deals of this one; empty means any",
        json_schema_extra={"control": "pipeline"},
    )  # fmt: skip

    group: ClassVar[str] = "record"

    def matches(self, event: Seen) -> bool:
        return event.kind in self.kinds() and self.pipeline in (None, event.data.get("pipeline_id"))


class DealStageChanged(_OfDeal):
    """A deal reaches the stage, from another or as it is made; without a stage, any move."""

    kind: Literal["deal_stage_changed"] = "deal_stage_changed"
    stage: Id | None = Field(
        None,
        title="Stage",
        description="Where it arrives; empty means any move",
        json_schema_extra={"control": "stage"},
    )

    title: ClassVar[str] = "Deal reaches a stage"
    icon: ClassVar[str] = "kanban"

    def kinds(self) -> frozenset[str]:
        return MOVES | {"deal_created"} if self.stage else MOVES

    def key(self) -> Hashable | None:
        return self.stage

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return (event.data.get("stage_id"),)

    def matches(self, event: Seen) -> bool:
        return super().matches(event) and self.stage in (None, event.data.get("stage_id"))


class DealWon(_OfDeal):
    """A deal is won."""

    kind: Literal["deal_won"] = "deal_won"

    title: ClassVar[str] = "Deal won"
    icon: ClassVar[str] = "trophy"

    def kinds(self) -> frozenset[str]:
        return frozenset({"deal_won"})


class DealLost(_OfDeal):
    """A deal is lost, for whatever reason or for one."""

    kind: Literal["deal_lost"] = "deal_lost"
    reason: str = Field("", max_length=120, title="Reason", description="In its own words; empty means any")

    title: ClassVar[str] = "Deal lost"
    icon: ClassVar[str] = "circle-x"

    def kinds(self) -> frozenset[str]:
        return frozenset({"deal_lost"})

    def matches(self, event: Seen) -> bool:
        said = str(event.data.get("reason", "")).casefold()
        return super().matches(event) and self.reason.casefold() in ("", said)

    def words(self) -> str:
        return self.reason
