"""What belongs to a contact, in every table of every floor, and how each kind of row behaves in a merge.

A plain foreign key to Contact needs no word here: its rows move. A table in which a contact may stand only once must
say how two are made one; `tests/crm/merging` fails for one that does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import pghistory.models
from django.apps import apps
from django.db import models
from django.db.backends.utils import CursorWrapper

#: Writes onto the kept contact's rows what the gone one's say more strictly: (cursor, kept, gone).
Combine = Callable[[CursorWrapper, int, int], None]


class Mode(Enum):
    MOVE = "move"  # the row changes hands
    COPY = "copy"  # the kept contact gets the like of it; the row itself stays behind, as a record
    STAY = "stay"  # is about the record and not about the person


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that says whose a row is."""

    table: str
    column: str
    key: str
    mode: Mode
    words: str = ""
    combine: Combine | None = None


class Unregistered(RuntimeError):
    """A table in which a contact may stand only once, and nobody said what a merge does with it."""


@dataclass(frozen=True, slots=True)
class _Said:
    mode: Mode
    combine: Combine | None = None


_said: dict[str, _Said] = {}
_loose: list[tuple[str, str, str]] = []
_then: dict[str, Callable[[CursorWrapper, list[int]], None]] = {}


def register_copied(label: str, combine: Combine | None = None) -> None:
    """Say that rows of a model ("app.Model") are copied where the kept contact has no like of them.

    `combine` runs first and settles those that both have.
    """
    _said[label.lower()] = _Said(Mode.COPY, combine)
    relations.cache_clear()


def register_moving(label: str, combine: Combine) -> None:
    """Say that rows of a model move although a contact may stand there only once: `combine` runs first and clears the
    way."""
    _said[label.lower()] = _Said(Mode.MOVE, combine)
    relations.cache_clear()


def register_staying(label: str) -> None:
    """Say that rows of a model stay with the gone contact: they are about the record, or are kept by the database."""
    _said[label.lower()] = _Said(Mode.STAY)
    relations.cache_clear()


def register_loose(table: str, column: str, key: str = "id") -> None:
    """Say that a table names contacts by number without a foreign key, and its rows move."""
    _loose.append((table, column, key))
    relations.cache_clear()


def register_then(table: str, then: Callable[[CursorWrapper, list[int]], None]) -> None:
    """Say what must be done once rows of a table have changed hands, with their keys: their search words, for one."""
    _then[table] = then


def after_moving(cursor: CursorWrapper, moved: Mapping[str, Sequence[int]]) -> None:
    """Do what the owners of moved rows ("table.column" -> keys) asked for."""
    for name, keys in moved.items():
        if then := _then.get(name.partition(".")[0]):
            then(cursor, list(keys))


@cache
def relations() -> tuple[Relation, ...]:
    """Every relation to Contact, in a steady order. Raises Unregistered."""
    from crm.models import Contact

    found = []
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, pghistory.models.Event) or model._meta.proxy or not model._meta.managed:
            continue  # what was written down of the past stays as it was written
        found += [
            _relation(model, field)
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.related_model is Contact
        ]
    loose = [Relation(table, column, key, Mode.MOVE) for table, column, key in _loose]
    return tuple(sorted([*found, *loose], key=lambda one: (one.table, one.column)))


def _relation(model: type[models.Model], field: models.ForeignKey[models.Model, models.Model]) -> Relation:
    said = _said.get(model._meta.label_lower)
    if said is None and _once(model, field):
        raise Unregistered(
            f"{model._meta.label}.{field.name}: a contact stands there only once. Say what a merge does with it: "
            "crm.merging.relations.register_copied, register_moving or register_staying."
        )
    said = said or _Said(Mode.MOVE)
    key = model._meta.pk.column or "id"
    words = str(model._meta.verbose_name_plural)
    return Relation(model._meta.db_table, field.column, key, said.mode, words, said.combine)


def _once(model: type[models.Model], field: models.ForeignKey[models.Model, models.Model]) -> bool:
    """Whether the database holds that a contact stands there once, alone or with something else."""
    if field.unique or any(field.name in names for names in model._meta.unique_together):
        return True
    return any(
        isinstance(one, models.UniqueConstraint) and (field.name in one.fields or not one.fields)
        for one in model._meta.constraints
    )


def moving() -> list[Relation]:
    return [one for one in relations() if one.mode is Mode.MOVE]


def copied() -> list[Relation]:
    return [one for one in relations() if one.mode is Mode.COPY]
