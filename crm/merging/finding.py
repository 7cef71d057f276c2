"""Looking for contacts that are the same person: all of them once a night, the changed ones soon after (A14)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.merging.comparing import Pair, compare
from crm.merging.likeness import Known, digest, keys_of, known

#: Rows read at once: memory stays the same however many contacts there are.
CHUNK = 5_000
BLOCKS = 1_500
#: A key that so many share says nothing; among fewer, those are compared that agree in something more.
MOST_IN_BLOCK = 20_000
#: A changed contact is compared with so many of each block at most; the night looks at the others.
SOON_MOST = 300

#: Holds a run's pairs until they are stored; one transaction may hold several runs.
_ALIKE = """
DROP TABLE IF EXISTS alike;
CREATE TEMP TABLE alike (first_id bigint, second_id bigint, likeness int, reasons jsonb, compared text) ON COMMIT DROP
"""

FIELDS = """id, first_name, last_name, organisation, array_remove(email || other_emails, '')::text[],
    array_remove(phone || other_phones, '')::text[], external_id, city, country, shares_address"""


def search_all(now: datetime) -> dict[str, int]:
    """Compare everybody within blocks and write down who is alike; returns figures of the run.

    Open pairs that are not alike any more go; dismissed ones stay dismissed unless what was compared has changed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        contacts = _write_keys(cursor)
        cursor.execute(_ALIKE)
        found = 0
        for pairs in _in_batches(_all_pairs(cursor), CHUNK):
            _keep(cursor, pairs)
            found += len(pairs)
        kept = _store(cursor, now)
        cursor.execute(
            "DELETE FROM crm_duplicatepair p WHERE state = 'open' AND NOT EXISTS"
            " (SELECT FROM alike a WHERE a.first_id = p.first_id AND a.second_id = p.second_id)"
        )
    return {"contacts": contacts, "pairs": kept}


def search_for(ids: Sequence[int], now: datetime) -> int:
    """Compare these contacts with everybody in their blocks; returns how many pairs are alike."""
    with transaction.atomic(), connection.cursor() as cursor:
        mine = {who.id: who for who in load(cursor, ids)}
        _rewrite_keys(cursor, ids, mine.values())
        cursor.execute(_ALIKE)
        _keep(cursor, list(_pairs_of(cursor, mine)))
        kept = _store(cursor, now)
        cursor.execute(
            "DELETE FROM crm_duplicatepair p WHERE state = 'open' AND (first_id = ANY(%s) OR second_id = ANY(%s))"
            " AND NOT EXISTS (SELECT FROM alike a WHERE a.first_id = p.first_id AND a.second_id = p.second_id)",
            [list(ids), list(ids)],
        )
    return kept


def load(cursor: CursorWrapper, ids: Sequence[int]) -> list[Known]:
    """Living contacts as they are compared."""
    cursor.execute(
        f"SELECT {FIELDS} FROM crm_contact WHERE id = ANY(%s) AND deleted_at IS NULL ORDER BY id", [list(ids)]
    )
    return [known(*row) for row in cursor.fetchall()]


def _write_keys(cursor: CursorWrapper) -> int:
    """Bring the keys of all contacts up to date; returns how many contacts there are."""
    cursor.execute("DROP TABLE IF EXISTS fresh, block")
    cursor.execute("CREATE TEMP TABLE fresh (key text, contact_id bigint) ON COMMIT DROP")
    count, last = 0, 0
    while True:
        cursor.execute(
            f"SELECT {FIELDS} FROM crm_contact WHERE id > %s AND deleted_at IS NULL ORDER BY id LIMIT %s", [last, CHUNK]
        )
        rows = cursor.fetchall()
        if not rows:
            break
        with cursor.copy("COPY fresh (key, contact_id) FROM STDIN") as copy:
            for row in rows:
                for key in keys_of(known(*row)):
                    copy.write_row((key, row[0]))
        count, last = count + len(rows), rows[-1][0]
    cursor.execute("ANALYZE fresh")
    # As sets: a plan that looks each row up would be made for how empty the table was when it was last counted.
    cursor.execute(
        "DELETE FROM crm_namekey k USING (SELECT key, contact_id FROM crm_namekey EXCEPT SELECT key, contact_id FROM fresh) g"
        " WHERE k.key = g.key AND k.contact_id = g.contact_id"
    )
    cursor.execute(
        "INSERT INTO crm_namekey (key, contact_id) SELECT key, contact_id FROM fresh"
        " EXCEPT SELECT key, contact_id FROM crm_namekey ON CONFLICT DO NOTHING"
    )
    return count


def _all_pairs(cursor: CursorWrapper) -> Iterator[Pair]:
    """Go through the blocks, some hundreds at a time: theirs are the only contacts in memory."""
    cursor.execute(
        "CREATE TEMP TABLE block ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY key) AS number, key FROM fresh"
        " GROUP BY key HAVING count(*) BETWEEN 2 AND %s",
        [MOST_IN_BLOCK],
    )
    cursor.execute("CREATE INDEX ON block (number)")
    cursor.execute("CREATE INDEX ON fresh (key)")
    cursor.execute("ANALYZE block")
    cursor.execute("SELECT coalesce(max(number), 0) FROM block")
    (last,) = cursor.fetchone()
    for start in range(0, last, BLOCKS):
        cursor.execute(
            "SELECT f.key, f.contact_id FROM block b JOIN fresh f ON f.key = b.key"
            " WHERE b.number > %s AND b.number <= %s ORDER BY f.key, f.contact_id",
            [start, start + BLOCKS],
        )
        rows = cursor.fetchall()
        people = {who.id: who for who in load(cursor, sorted({row[1] for row in rows}))}
        seen: set[tuple[int, int]] = set()
        for key, members in groupby(rows, key=lambda row: row[0]):
            for pair in compare(key, [people[pk] for _, pk in members if pk in people]):
                ids = (pair[0].id, pair[1].id)
                if ids not in seen:
                    seen.add(ids)
                    yield pair


def _pairs_of(cursor: CursorWrapper, mine: dict[int, Known]) -> Iterator[Pair]:
    keys = {key: True for who in mine.values() for key in keys_of(who)}
    cursor.execute(
        "SELECT w.key, n.contact_id FROM unnest(%s::text[]) w(key), LATERAL"
        " (SELECT contact_id FROM crm_namekey k WHERE k.key = w.key ORDER BY contact_id DESC LIMIT %s) n ORDER BY 1, 2",
        [list(keys), SOON_MOST],
    )
    rows = cursor.fetchall()
    people = {who.id: who for who in load(cursor, sorted({row[1] for row in rows} - set(mine)))} | mine
    for key, members in groupby(rows, key=lambda row: row[0]):
        block = [people[pk] for _, pk in members if pk in people]
        for pair in compare(key, block):
            if pair[0].id in mine or pair[1].id in mine:
                yield pair


def _rewrite_keys(cursor: CursorWrapper, ids: Sequence[int], mine: Iterable[Known]) -> None:
    cursor.execute("DELETE FROM crm_namekey WHERE contact_id = ANY(%s)", [list(ids)])
    pairs = [(key, who.id) for who in mine for key in keys_of(who)]
    cursor.execute(
        "INSERT INTO crm_namekey (key, contact_id) SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
        [[key for key, _ in pairs], [pk for _, pk in pairs]],
    )


def _keep(cursor: CursorWrapper, pairs: Sequence[Pair]) -> None:
    with cursor.copy("COPY alike FROM STDIN") as copy:
        for one, other, found in pairs:
            first, second = sorted((one.id, other.id))
            copy.write_row((first, second, found.points, json.dumps(found.reasons), digest(one, other)))


def _store(cursor: CursorWrapper, now: datetime) -> int:
    """Write the pairs down, the best word about each; returns how many there are."""
    cursor.execute(
        """
        INSERT INTO crm_duplicatepair AS p (first_id, second_id, likeness, reasons, state, compared, found_at)
        SELECT DISTINCT ON (a.first_id, a.second_id) a.first_id, a.second_id, a.likeness, a.reasons, 'open', a.compared, %s
        FROM alike a JOIN crm_contact f ON f.id = a.first_id JOIN crm_contact s ON s.id = a.second_id
        WHERE f.deleted_at IS NULL AND s.deleted_at IS NULL  -- a long search may end after a merge
        ORDER BY a.first_id, a.second_id, a.likeness DESC
        ON CONFLICT (first_id, second_id) DO UPDATE SET
            likeness = excluded.likeness, reasons = excluded.reasons, compared = excluded.compared,
            state = CASE WHEN p.state = 'dismissed' AND p.compared IN ('', excluded.compared) THEN 'dismissed'
                ELSE 'open' END,
            found_at = CASE WHEN p.state = 'open' OR p.compared IN ('', excluded.compared) THEN p.found_at
                ELSE excluded.found_at END,
            decided_at = CASE WHEN p.state = 'dismissed' AND p.compared IN ('', excluded.compared) THEN p.decided_at END,
            decided_by_id = CASE WHEN p.state = 'dismissed' AND p.compared IN ('', excluded.compared)
                THEN p.decided_by_id END
        WHERE (p.likeness, p.reasons, p.compared) IS DISTINCT FROM (excluded.likeness, excluded.reasons, excluded.compared)
            OR p.state = 'merged'
        """,
        [now],
    )
    cursor.execute("SELECT count(*) FROM (SELECT DISTINCT first_id, second_id FROM alike) t")
    (count,) = cursor.fetchone()
    return int(count)


def _in_batches(pairs: Iterator[Pair], size: int) -> Iterator[list[Pair]]:
    while batch := list(islice(pairs, size)):
        yield batch
