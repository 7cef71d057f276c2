"""Somebody came to an audience, or left it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.events import Seen
from automation.triggers.fields import Id
from automation.triggers.shape import Told, Trigger

WHICH: dict[str, JsonValue] = {"control": "audience", "needed": "Choose the audience."}


class _OfAudience(Trigger):
    audience: Id | None = Field(None, title="Audience", json_schema_extra=WHICH)

    def key(self) -> Hashable | None:
        return self.audience or 0

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return (event.data.get("audience_id"),)

    def matches(self, event: Seen) -> bool:
        return event.kind in self.kinds() and event.data.get("audience_id") == self.audience


class AudienceJoined(_OfAudience):
    """Not those whom a new or changed condition brings in at once, unless asked: they have long been what they are."""

    kind: Literal["audience_joined"] = "audience_joined"
    filling: bool = Field(
        False, title="Also those of its first filling",
        description="Everybody who fits when the audience is made or its condition changed, at once",
    )  # fmt: skip

    title: ClassVar[str] = "Joined an audience"
    icon: ClassVar[str] = "users"

    def kinds(self) -> frozenset[str]:
        return frozenset({"audience_joined"})

    def matches(self, event: Seen) -> bool:
        return super().matches(event) and (self.filling or not event.data.get("filling"))


class AudienceLeft(_OfAudience):
    """Whoever is no longer in it; those whom a changed condition puts out at once do not count."""

    kind: Literal["audience_left"] = "audience_left"

    title: ClassVar[str] = "Left an audience"
    icon: ClassVar[str] = "users"

    def kinds(self) -> frozenset[str]:
        return frozenset({"audience_left"})

    def matches(self, event: Seen) -> bool:
        return super().matches(event) and not event.data.get("filling")
