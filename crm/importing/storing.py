"""Writing one batch of checked rows: contacts, what they refuse, their tags, their events and the way back, by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from crm.consent import set_consent
from crm.importing.checking import Checked, Problem
from crm.importing.contact_lines import COLUMNS, ContactLines
from crm.importing.copying import NULL, copy_lines, texts
from crm.models import ImportBatch, User
from crm.timeline import Happening, record_same

#: A worker that has not finished a batch for so long is taken for dead, and another goes on where it stopped.
LEASE = timedelta(minutes=2)


@dataclass(slots=True)
class Story:
    """What every row of an import shares."""

    batch: ImportBatch
    by: User | None
    now: datetime

    @property
    def source(self) -> str:
        """How the import is named as the source of what it knew."""
        return f"Import {self.batch.pk}: {self.batch.file_name}"[:200]

    def happening(self, kind: str, data: dict[str, Any]) -> Happening:
        return Happening(
            kind,
            None,
            self.now,
            actor="person" if self.by else "system",
            user_id=self.by.pk if self.by else None,
            subject_kind="import",
            subject_id=self.batch.pk,
            data={"file": self.batch.file_name, "import_id": self.batch.pk, **data},
        )


def store_new(rows: Sequence[Checked], lines: ContactLines, story: Story) -> dict[int, int]:
    """Insert contacts with their events; returns their ids by row number. Call inside the batch's transaction."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        # As one list: fetching thousands of rows of one number each costs as much as finding who is known already.
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence('crm_contact', 'id'))) FROM generate_series(1, %s)",
            [len(rows)],
        )
        ids: list[int] = cursor.fetchone()[0]
    copy_lines(
        "crm_contact",
        ("id", *COLUMNS),
        (f"{pk}\t{row.line or lines.of(row)}\n" for pk, row in zip(ids, rows, strict=True)),
    )
    _tell_of_new(ids, rows, story)
    return {row.row: pk for pk, row in zip(ids, rows, strict=True)}


def _tell_of_new(ids: Sequence[int], rows: Sequence[Checked], story: Story) -> None:
    by_stage: dict[str, list[int]] = {}
    for pk, row in zip(ids, rows, strict=True):
        by_stage.setdefault(row.values.get("lifecycle", "new"), []).append(pk)
    for stage, told in by_stage.items():
        record_same(story.happening("contact_imported", {"lifecycle": stage}), told, now=story.now)


def store_opt_outs(rows: Iterable[tuple[int, Checked]], story: Story) -> dict[int, list[str]]:
    """Note who wants no e-mail, calls or SMS; returns the channels that are new by contact id."""
    wanted: dict[str, list[int]] = {}
    for pk, row in rows:
        for channel in row.opt_outs:
            wanted.setdefault(channel, []).append(pk)
    changed: dict[int, list[str]] = {}
    for channel, ids in sorted(wanted.items()):
        for pk in set_consent(sorted(set(ids)), channel, "all", "withdrawn", story.source, story.by, story.now):
            changed.setdefault(pk, []).append(channel)
    return changed


def store_tags(rows: Iterable[tuple[int, Checked]], tag_ids: Mapping[str, int], story: Story) -> dict[int, list[int]]:
    """Put on the tags that the rows name; returns those that are new by contact id."""
    pairs = [(pk, tag_ids[name]) for pk, row in rows for name in row.tags]
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_contacttag (contact_id, tag_id) SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
            " ON CONFLICT DO NOTHING RETURNING contact_id, tag_id",
            [[pk for pk, _ in pairs], [tag_id for _, tag_id in pairs]],
        )
        put: dict[int, list[int]] = {}
        by_contact: dict[int, list[int]] = {}
        for pk, tag_id in cursor.fetchall():
            put.setdefault(tag_id, []).append(pk)
            by_contact.setdefault(pk, []).append(tag_id)
    names = {tag_id: name for name, tag_id in tag_ids.items()}
    for tag_id, ids in put.items():
        record_same(story.happening("tag_added", {"tag": names[tag_id], "tag_id": tag_id}), ids, now=story.now)
    return by_contact


def store_way_back(entries: Sequence[tuple[int, int, dict[str, Any] | None, int]], batch_id: int) -> None:
    """Keep what undo needs: (contact, row, values before or None for a new one, version after)."""
    if entries:
        copy_lines(
            "crm_importedcontact",
            ("batch_id", "contact_id", "row", "version_after", "before"),
            (
                f"{batch_id}\t{pk}\t{row}\t{version}\t"
                f"{NULL if before is None else texts([json.dumps(before, ensure_ascii=False)])}\n"
                for pk, row, before, version in entries
            ),
        )


def store_problems(problems: Sequence[Problem], batch_id: int) -> None:
    """Keep every bad row and every value left out, with its column and reason."""
    if not problems:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY crm_importproblem (batch_id, row, "column", reason, left_out, read_as) FROM STDIN') as copy,
    ):
        for one in problems:
            reason = one.reason.replace("\x00", "")[:500]
            copy.write_row((batch_id, one.row, one.column[:200], reason, one.left_out, one.read_as))
