"""Writing what a file says into contacts that are there already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from crm.contact_fields import RULES
from crm.importing.checking import Checked
from crm.importing.deciding import merged_values
from crm.importing.storing import Story
from crm.models import Contact
from crm.timeline import Happening, record

FIELDS = (
    "first_name", "last_name", "organisation", "job_title", "email", "other_emails", "phone", "other_phones", "shares_address",
    "external_id", "time_zone", "language", "country", "city", "source", "lifecycle", "preferred_channel", "owner_id", "rhythm_days",
    "custom",
)  # fmt: skip

_WRITE = """
UPDATE crm_contact c SET
    first_name = s.first_name, last_name = s.last_name, organisation = s.organisation, job_title = s.job_title,
    email = s.email, other_emails = s.other_emails, phone = s.phone, other_phones = s.other_phones,
    shares_address = s.shares_address, external_id = s.external_id, time_zone = s.time_zone, language = s.language,
    country = s.country, city = s.city, source = s.source, lifecycle = s.lifecycle,
    preferred_channel = s.preferred_channel, owner_id = s.owner_id, rhythm_days = s.rhythm_days, custom = s.custom,
    version = c.version + 1, updated_at = %s
FROM jsonb_to_recordset(%s::jsonb) AS s(id bigint, first_name text, last_name text, organisation text, job_title text,
    email text, other_emails varchar[], phone text, other_phones varchar[], shares_address bool, external_id text,
    time_zone text, language text, country text, city text, source text, lifecycle text, preferred_channel text,
    owner_id bigint, rhythm_days smallint, custom jsonb)
WHERE c.id = s.id
"""

#: A contact's values before, by id, and its version after.
WayBack = dict[int, tuple[dict[str, Any], int]]


def write_values(rows: Sequence[dict[str, Any]], now: Any) -> None:
    """Write whole contacts (FIELDS and id) in one statement; their versions go up."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [now, json.dumps(list(rows), ensure_ascii=False)])


def store_merges(merges: Sequence[tuple[Checked, int]], story: Story) -> WayBack:
    """Merge rows into the contacts with these ids, which are locked first; returns what undo needs.

    A contact that the file tells nothing new about is not touched. Call inside the batch's transaction.
    """
    if not merges:
        return {}
    ids = sorted({pk for _, pk in merges})
    stored = {
        row["id"]: row
        for row in Contact.objects.filter(pk__in=ids)
        .order_by("pk")
        .select_for_update()
        .values("id", "version", *FIELDS)
    }
    after: dict[int, dict[str, Any]] = {}
    for row, pk in merges:
        old = after.get(pk) or {name: stored[pk][name] for name in FIELDS}
        values = merged_values(old, row.values)
        values["custom"] = {**old["custom"], **row.custom}
        after[pk] = values
    changed: dict[int, dict[str, Any]] = {}
    for pk, values in after.items():
        before = {name: stored[pk][name] for name in FIELDS if values[name] != stored[pk][name]}
        if before:
            changed[pk] = before
    write_values([{"id": pk, **after[pk]} for pk in changed], story.now)
    _tell(changed, after, story)
    return {pk: (before, stored[pk]["version"] + 1) for pk, before in changed.items()}


def _tell(changed: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]], story: Story) -> None:
    rows: list[Happening] = []
    for pk, before in changed.items():
        words = ", ".join(RULES[name].label.lower() for name in before)
        changes = {name: [old, after[pk][name]] for name, old in before.items()}
        made = story.happening(
            "contact_changed", {"fields": f"{words} from {story.batch.file_name}", "changes": changes}
        )
        made.contact_id = pk
        rows.append(made)
    record(rows, now=story.now)
