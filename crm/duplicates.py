"""When two records are the same person (A13, A14): the one definition, for forms, the API and imports.

Same external id, or same e-mail address or phone in any of their places; addresses that somebody said are shared do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection

from crm.sql_arrays import text_array

#: What a record is recognised by: ("id", external id), ("email", address), ("phone", number).
Key = tuple[str, str]


def keys_of(values: Mapping[str, Any]) -> list[Key]:
    """What a record with these normalised values is recognised by, the surest first."""
    keys: list[Key] = []
    if values.get("external_id"):
        keys.append(("id", values["external_id"]))
    if not values.get("shares_address"):
        keys += [("email", one) for one in [values.get("email"), *(values.get("other_emails") or ())] if one]
        keys += [("phone", one) for one in [values.get("phone"), *(values.get("other_phones") or ())] if one]
    return keys


_FIND = """
SELECT 'id', external_id, id FROM crm_contact
    WHERE external_id = ANY(%(ids)s::text[]) AND NOT external_id = '' AND deleted_at IS NULL
UNION ALL
SELECT 'email', email, id FROM crm_contact
    WHERE email = ANY(%(emails)s::text[]) AND NOT email = '' AND deleted_at IS NULL AND NOT shares_address
UNION ALL
SELECT 'phone', phone, id FROM crm_contact
    WHERE phone = ANY(%(phones)s::text[]) AND NOT phone = '' AND deleted_at IS NULL AND NOT shares_address
UNION ALL
SELECT o.kind, o.value, c.id FROM crm_otheraddress o JOIN crm_contact c ON c.id = o.contact_id
    WHERE o.value = ANY(%(both)s::text[]) AND c.deleted_at IS NULL AND NOT c.shares_address
UNION ALL
-- Whoever still sends the key of a contact that was merged means the one it became, through however many merges.
(WITH RECURSIVE way AS (
    SELECT gone_external_id AS key, kept_id, 1 AS step FROM crm_merge
        WHERE gone_external_id = ANY(%(ids)s::text[]) AND NOT gone_external_id = '' AND undone_at IS NULL
    UNION ALL
    SELECT way.key, m.kept_id, step + 1 FROM way JOIN crm_merge m ON m.gone_id = way.kept_id AND m.undone_at IS NULL
        WHERE step < 50
) SELECT 'id', way.key, c.id FROM way JOIN crm_contact c ON c.id = way.kept_id AND c.deleted_at IS NULL)
"""


def find_same(keys: Iterable[Key], *, but: Collection[int] = ()) -> dict[Key, int]:
    """The living contacts that hold these keys, in one query; a key in two places gives the older contact."""
    wanted: dict[str, list[str]] = {"id": [], "email": [], "phone": []}
    for kind, value in keys:
        wanted[kind].append(value)
    if not any(wanted.values()):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "ids": text_array(wanted["id"]),
                "emails": text_array(wanted["email"]),
                "phones": text_array(wanted["phone"]),
                "both": text_array(wanted["email"] + wanted["phone"]),
            },
        )
        rows = sorted(cursor.fetchall(), key=lambda row: row[2], reverse=True)
    return {(kind, value): pk for kind, value, pk in rows if pk not in but}
