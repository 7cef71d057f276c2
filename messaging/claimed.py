"""A message that a worker has taken, as a plain row: what the gate, the writing and the delivery know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ContactWords:
    """What words to a contact may be made of. `custom` holds their own fields by name, as shown to people."""

    contact_id: int
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    language: str = ""
    email: str = ""
    phone: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    zone_name: str = ""


@dataclass(slots=True)
class Claimed:
    """`attempts` counts the present one. The gate sets `address`, `name`, and for contacts `contact` and `sender`.

    `problem` says, for people, why no letter could be made of it.
    """

    pk: int
    channel: str
    kind: str
    user_id: int | None
    contact_id: int | None
    subject: str
    data: dict[str, Any]
    expires_at: datetime | None
    attempts: int
    created_at: datetime
    hook_id: int | None = None
    author_id: int | None = None
    topic: str = ""
    stops_on_reply: bool = False
    template_id: int | None = None
    cause_kind: str = ""
    cause_id: int | None = None
    address: str = ""
    name: str = ""
    sender: str = ""
    contact: ContactWords | None = None
    media: tuple[str, ...] = ()
    #: How the words begin: what lists show.
    snippet: str = ""
    problem: str = ""

    @property
    def by_hand(self) -> bool:
        """A person wrote it."""
        return self.author_id is not None


#: The columns that the first fields come from, in their order.
COLUMNS = (
    "pk",
    "channel",
    "kind",
    "user_id",
    "contact_id",
    "subject",
    "data",
    "expires_at",
    "attempts",
    "created_at",
    "hook_id",
    "author_id",
    "topic",
    "stops_on_reply",
    "template_id",
    "cause_kind",
    "cause_id",
)
