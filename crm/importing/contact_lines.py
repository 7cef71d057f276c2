"""A checked row as the line that makes it a contact: what COPY reads into crm_contact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from crm.importing.checking import Checked
from crm.importing.copying import NULL, texts
from crm.sql_arrays import text_array

_TEXTS = (
    "first_name", "last_name", "organisation", "job_title", "email", "phone", "external_id", "time_zone", "language",
    "country", "city", "source", "preferred_channel",
)  # fmt: skip
#: The columns of a line, behind the id.
COLUMNS = (
    *_TEXTS, "owner_id", "rhythm_days", "lifecycle", "shares_address", "expected_rhythm", "rots_at", "created_by_id",
    "created_at", "updated_at", "open_followups", "score", "grade", "version", "custom", "other_emails", "other_phones",
)  # fmt: skip

_BLANK = dict.fromkeys(_TEXTS, "")
_texts_of = itemgetter(*_TEXTS)
#: What a contact without fields of one's own and without further addresses has there.
_NOTHING_MORE = "{}\t{}\t{}"


class ContactLines:
    """Makes lines. `rhythm` holds the days between contacts by lifecycle, as the organisation has it."""

    def __init__(self, *, by_id: int | None, now: datetime, rhythm: Mapping[str, int]) -> None:
        self._now = now
        self._rhythm = rhythm
        self._shared = f"{by_id or NULL}\t{now.isoformat()}\t{now.isoformat()}\t0\t0\t\t1"
        self._middles: dict[tuple[Any, ...], str] = {}

    def of(self, row: Checked) -> str:
        """The row's line, without its id and its line break."""
        values = row.values
        first = texts(_texts_of(_BLANK | values))
        # Owner, rhythm and lifecycle are few: all that hangs on them is put together once for each that is met.
        key = (
            values.get("owner_id"),
            values.get("rhythm_days"),
            values.get("lifecycle", "new"),
            values.get("shares_address", False),
        )
        middle = self._middles.get(key) or self._middle(*key)
        if row.custom or "other_emails" in values or "other_phones" in values:
            return f"{first}\t{middle}\t{_more(row)}"
        return f"{first}\t{middle}\t{_NOTHING_MORE}"

    def _middle(self, owner_id: int | None, rhythm_days: int | None, lifecycle: str, shares_address: bool) -> str:
        days = rhythm_days or self._rhythm.get(lifecycle, 30)
        made = "\t".join(
            [
                str(owner_id or NULL),
                str(rhythm_days or NULL),
                lifecycle,
                "t" if shares_address else "f",
                str(days),
                (self._now + timedelta(days=days)).isoformat(),
                self._shared,
            ]
        )
        self._middles[owner_id, rhythm_days, lifecycle, shares_address] = made
        return made


def _more(row: Checked) -> str:
    return texts(
        [
            json.dumps(row.custom, ensure_ascii=False),
            text_array(row.values.get("other_emails") or ()),
            text_array(row.values.get("other_phones") or ()),
        ]
    )
