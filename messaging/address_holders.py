"""Whose an address is: every living contact who has it, also one who shares it, or has it beside another."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def holders_of(addresses: Iterable[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """(Kind, address, contact) for the addresses, given as ("email" or "phone", value), in that order; one statement."""
    pairs = sorted(set(addresses))
    if not pairs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [[kind for kind, _ in pairs], [value for _, value in pairs]])
        return [(kind, value, pk) for kind, value, pk in cursor.fetchall()]


# Each branch says what its partial index says; without, every contact would be read.
_HOLDERS = f"""
WITH a AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS a(kind, value))
{
    " UNION ".join(
        f"SELECT a.kind, a.value, c.id FROM a JOIN crm_contact c ON c.{kind} = a.value AND a.kind = '{kind}'"
        f" WHERE c.deleted_at IS NULL AND {shares} c.shares_address AND NOT c.{kind} = ''"
        for kind in ("email", "phone")
        for shares in ("", "NOT")
    )
}
UNION
SELECT a.kind, a.value, o.contact_id FROM a JOIN crm_otheraddress o ON o.kind = a.kind AND o.value = a.value
JOIN crm_contact c ON c.id = o.contact_id WHERE c.deleted_at IS NULL
ORDER BY 1, 2, 3
"""
