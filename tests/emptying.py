"""Empties the tables after a test that committed: only those that hold rows.

Django would truncate each of a hundred tables and make its types of content and permissions anew: half a second a test.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction

#: The same in every database, and made by Django itself.
LEFT = {"django_content_type", "auth_permission"}


def empty() -> None:
    """Delete every row, without the triggers that keep histories; wait for whoever is still writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables())} IN EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables()))
        if filled := cursor.fetchall():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {name}" for (name,) in filled))


@cache
def tables() -> tuple[str, ...]:
    """The quoted names of all tables that hold what people or the product store."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(connection.ops.quote_name(name) for name in found if name not in LEFT)
