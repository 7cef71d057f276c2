"""`pk__in` of many ids: they travel as one array, not as a parameter each, which costs several times what the database
then does with them. What is found is the same, and the plan is too."""

from __future__ import annotations

from typing import Any

from django.db.models import BigAutoField, ForeignKey
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

from crm.sql_arrays import id_array

#: Up to so many stay as they were: the statement is one that has been read before.
FEW = 20
BIGGEST = 2**63 - 1


class ManyIds(In):
    """Ids of the model itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One array, where these are plain ids and many."""
        return _as_array(self, compiler, connection) or super().as_sql(compiler, connection)


class ManyRelatedIds(RelatedIn):
    """Ids of what a foreign key leads to."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One array, where these are plain ids and many."""
        return _as_array(self, compiler, connection) or super().as_sql(compiler, connection)


def register() -> None:
    """Let all ids be asked for so; called once at start-up."""
    BigAutoField.register_lookup(ManyIds)
    ForeignKey.register_lookup(ManyRelatedIds)


def _as_array(lookup: In, compiler: Any, connection: Any) -> tuple[str, Any] | None:
    ids = lookup.rhs
    if not isinstance(ids, list) or len(ids) <= FEW or not all(type(one) is int for one in ids):
        return None
    if min(ids) < -BIGGEST or max(ids) > BIGGEST:  # no row has it, and an array of such would be refused
        return None
    sql, params = lookup.process_lhs(compiler, connection)
    return f"{sql} = ANY(%s::bigint[])", [*params, id_array(ids)]
