"""`pk__in` of many ids, `email__in` of many addresses: they travel as one array, not as a parameter each, which costs several
times what the database then does with them. What is found is the same, and the plan is too."""

from __future__ import annotations

from typing import Any

from django.db.models import BigAutoField, CharField, ForeignKey, TextField
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

from crm.sql_arrays import id_array, text_array

#: Up to so many stay as they were: the statement is one that has been read before.
FEW = 20
BIGGEST = 2**63 - 1


class Many(In):
    """Plain ids or texts of the model itself."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One array, where these are plain values and many."""
        return _as_array(self, compiler, connection) or super().as_sql(compiler, connection)


class ManyRelated(RelatedIn):
    """Ids of what a foreign key leads to."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One array, where these are plain ids and many."""
        return _as_array(self, compiler, connection) or super().as_sql(compiler, connection)


def register() -> None:
    """Let all ids and texts be asked for so; called once at start-up."""
    for field in (BigAutoField, CharField, TextField):
        field.register_lookup(Many)
    ForeignKey.register_lookup(ManyRelated)


def _as_array(lookup: In, compiler: Any, connection: Any) -> tuple[str, Any] | None:
    values = lookup.rhs
    if not isinstance(values, list) or len(values) <= FEW:
        return None
    if all(type(one) is int for one in values) and min(values) >= -BIGGEST and max(values) <= BIGGEST:
        array = "ANY(%s::bigint[])", id_array(values)
    elif all(type(one) is str for one in values):
        array = "ANY(%s::text[])", text_array(values)
    else:  # a number that no row can have would be refused as an element; what is no value has ways of its own
        return None
    sql, params = lookup.process_lhs(compiler, connection)
    return f"{sql} = {array[0]}", [*params, array[1]]
