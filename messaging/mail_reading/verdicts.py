"""What one rule says about a mail: the shape in which classifiers hand their finding on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .shape import Bounce


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind, the rule that gave it in plain words, and what else that rule found."""

    kind: str
    rule: str
    bounces: tuple[Bounce, ...] = ()
    returns_on: date | None = None
    about_recipient: str = ""
    about_message_id: str = ""
