"""What other systems tell: orders, classes, forms. The thing it is about goes by many names there."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Told, Trigger

#: What other systems call the thing that their event is about.
NAMES = ("item", "item_name", "title", "name", "product", "course", "class", "form", "page")


class _Outside(Trigger):
    item: str = Field("", max_length=200, title="Which", description="As the other system names it; empty means any")

    group: ClassVar[str] = "outside"

    def kinds(self) -> frozenset[str]:
        return frozenset({self.kind})

    def key(self) -> Hashable | None:
        return self.item.casefold() or None

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return {str(value).casefold() for name in NAMES if (value := event.data.get(name)) not in (None, "")}

    def matches(self, event: Seen) -> bool:
        return event.kind == self.kind and (not self.item or self.item.casefold() in self.keys(event))

    def words(self) -> str:
        return self.item


class OrderPlaced(_Outside):
    """An order came."""

    kind: Literal["order_placed"] = "order_placed"

    title: ClassVar[str] = "Order placed"
    icon: ClassVar[str] = "package"


class OrderPaid(_Outside):
    """An order was paid."""

    kind: Literal["order_paid"] = "order_paid"

    title: ClassVar[str] = "Order paid"
    icon: ClassVar[str] = "wallet"


class OrderAbandoned(_Outside):
    """An order was begun and not finished."""

    kind: Literal["order_abandoned"] = "order_abandoned"

    title: ClassVar[str] = "Order abandoned"
    icon: ClassVar[str] = "package"


class ClassEnrolled(_Outside):
    """They enrolled in a class."""

    kind: Literal["class_enrolled"] = "class_enrolled"

    title: ClassVar[str] = "Enrolled in a class"
    icon: ClassVar[str] = "graduation-cap"


class ClassAttended(_Outside):
    """They came to a class."""

    kind: Literal["class_attended"] = "class_attended"

    title: ClassVar[str] = "Attended a class"
    icon: ClassVar[str] = "graduation-cap"


class ClassMissed(_Outside):
    """They did not come to a class."""

    kind: Literal["class_missed"] = "class_missed"

    title: ClassVar[str] = "Missed a class"
    icon: ClassVar[str] = "graduation-cap"
