"""What conditions can ask about in this installation: the contact's fields, the organisation's own, and its records.

A floor above registers its records at start-up with `register_subject`, and fields of the contact that it knows with
`register_fields`. docs/conditions.md says how to add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm.conditions.custom import archived_label, own_fields
from crm.conditions.fields import Field, Subject

_fields: dict[str, Field] = {}
_subjects: dict[str, Subject] = {}


def register_fields(*fields: Field) -> None:
    """Make fields of the contact known; called once at start-up."""
    _fields.update({one.name: one for one in fields})


def register_subject(subject: Subject) -> None:
    """Make records of the contact known; called once at start-up."""
    _subjects[subject.name] = subject


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that can be asked now. `own` are the organisation's own fields, as "custom.SLUG"."""

    fixed: Mapping[str, Field]
    own: Mapping[str, Field]
    subjects: Mapping[str, Subject]

    def field(self, name: str) -> Field | None:
        """A field of the contact."""
        return self.fixed.get(name) or self.own.get(name)

    def fields(self) -> list[Field]:
        return [*self.fixed.values(), *self.own.values()]

    def missing(self, name: str, of: str) -> str:
        """Say why there is no such field, of the contact or `of` its records."""
        said = name[:80]
        if of:
            return f"There is nothing called “{said}” to ask of {of}."
        if name.startswith("custom.") and (label := archived_label(name.removeprefix("custom."))):
            return f"The field “{label}” has been put away; conditions can no longer ask about it."
        return f"There is no field “{said}” (any more)."


def registry() -> Registry:
    """The registry with the organisation's own fields as they are now: one query."""
    return Registry(_fields, own_fields(), _subjects)
