"""A condition while somebody builds it: the same shape as the form, some of it not yet said. Pure data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from crm.conditions.fields import Field, Subject

GROUP, TEST, SOME = "group", "test", "some"


@dataclasses.dataclass(slots=True)
class Draft:
    """A group, a test or a question about records. `path` names its inputs; `what` is the choice made in it.

    `fields` are what a test may ask, those of the contact or of the record it stands under; `at` is its place in the
    condition that is made of it, and `problem` what is wrong with it.
    """

    kind: str
    path: str
    what: str = ""
    group: str = "all"
    children: list[Draft] = dataclasses.field(default_factory=list)
    field: Field | None = None
    subject: Subject | None = None
    op: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    to: str = ""
    count: str = "at_least"
    number: str = "1"
    days: str = ""
    at: str = ""
    problem: str = ""

    def walk(self) -> Iterator[Draft]:
        yield self
        for child in self.children:
            yield from child.walk()


def renamed(draft: Draft, path: str) -> Draft:
    """The draft with its inputs named from this path down, in order; after something was added or taken away."""
    draft.path = path
    for i, child in enumerate(draft.children):
        renamed(child, f"{path}-{i}")
    return draft


def found(root: Draft, path: str) -> Draft | None:
    return next((one for one in root.walk() if one.path == path), None)


def without(root: Draft, path: str) -> None:
    """Take one away; the outermost group stays, empty at worst."""
    for parent in root.walk():
        parent.children = [child for child in parent.children if child.path != path]


def new_test(fields_of: Subject | None = None) -> Draft:
    """A test of which nothing is said yet; of the record, where one is given."""
    return Draft(TEST, "", subject=fields_of)
