"""What an entry of the library is: a story, the words that it sends, and the automation made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

#: The groups of the library's page, in their order.
GROUPS = {
    "clients": "Clients",
    "leads": "Leads and deals",
    "money": "Invoices and documents",
    "team": "The team's own work",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A message that an entry brings: one template of that name for a channel, in English and where there is one in
    Spanish; Markdown with merge fields. An office that has a template of that name and channel keeps its own."""

    name: str
    channel: str
    subject: str = ""
    text: str = ""
    subject_es: str = ""
    text_es: str = ""
    topic: str = "service"


class Place(Protocol):
    """The installation that an entry is put into: what its definition may ask for. What is not there is None, and the
    step that wanted it is marked as unfinished."""

    def template(self, name: str, channel: str = "email") -> int | None:
        """A message template that the entry brings, or that is there."""

    def tag(self, name: str) -> int:
        """A tag, made if it is not there."""

    def stage(self, name: str) -> int | None:
        """A stage of the first pipeline, by its name."""

    def followup_template(self, name: str) -> int | None:
        """A template of follow-ups by its name, where it is in use."""

    def team(self, name: str) -> int | None:
        """A team by its name."""

    def audience(self, name: str) -> int:
        """An audience that is kept by hand, made if it is not there."""

    def outcome(self, slug: str, label: str = "", sense: str = "neutral") -> str:
        """An outcome of follow-ups, by its short name; one with a label is made if it is not there."""

    def automation(self, slug: str) -> int | None:
        """The newest automation that was installed from another entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`story` says in a few sentences what happens, for people who choose. `definition` makes the JSON of
    automation/definition/whole.py. `replaces` names rules of the house that would do the same work twice: they are put
    away while this is active (followups/house_rules.py)."""

    slug: str
    name: str
    kind: str
    group: str
    icon: str
    story: str
    definition: Callable[[Place], dict[str, Any]]
    words: Sequence[Words] = ()
    replaces: Sequence[str] = field(default=())
