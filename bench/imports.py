"""Import: a CSV file to contacts, against COPY into a staging table and one insert of what is new."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from bench.fill import FIRST, LAST
from bench.measurement import Measurement, seconds
from bench.sweeps import run

HEADINGS = ["First Name", "Last Name", "Email", "Phone", "Company", "Country", "City", "Lead Source"]
ROUNDS = 3


def rows(count: int, mark: str) -> list[list[str]]:
    """Return made-up rows that nobody has yet."""
    return [
        [
            FIRST[n % 20],
            f"{LAST[n // 20 % 20]} {mark}{n}",
            f"lead{mark}{n}@import.example",
            f"+3361{mark[-1]}{n:06d}"[:12],
            f"Company {n % 500}",
            "France",
            "Lyon",
            "Website",
        ]
        for n in range(count)
    ]


def import_contacts(size: int) -> Iterable[Measurement]:
    """Validated, de-duplicated, events written."""
    count = max(10_000, min(100_000, size))
    ours, ceiling = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            path = Path(folder) / f"leads{turn}.csv"
            content = rows(count, f"a{turn}")
            with path.open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADINGS)
                writer.writerows(content)
            ours.append(count / seconds(lambda path=path: quietly("import_contacts", str(path))))
            forget()
            ceiling.append(count / seconds(lambda path=path: copy_and_insert(path)))
            run("DROP TABLE bench_contact")
    value, top = max(ours), max(ceiling)
    yield Measurement("import_contacts", value, "contacts/s", 0.2, "higher", top, value / top, size=size)


def quietly(*command: str) -> None:
    with redirect_stdout(io.StringIO()):
        call_command(*command)


def forget() -> None:
    """Remove what was imported, so that every round starts from the same installation."""
    run("DELETE FROM crm_pendingevent")
    with transaction.atomic(), connection.cursor() as cursor:
        # Without triggers and checks of foreign keys, which take minutes for what nothing else points to yet.
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(
            "CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT id FROM crm_contact WHERE email LIKE 'lead%@import.example'"
        )
        for table in ("crm_importedcontact", "crm_event"):
            cursor.execute(f"DELETE FROM {table} t USING gone WHERE t.contact_id = gone.id")
        cursor.execute("DELETE FROM crm_searchentry t USING gone WHERE t.kind = 'contact' AND t.object_id = gone.id")
        cursor.execute("DELETE FROM crm_contact t USING gone WHERE t.id = gone.id")
    for table in ("crm_contact", "crm_searchentry", "crm_event"):
        run(f"VACUUM ANALYZE {table}")


def copy_and_insert(path: Path) -> None:
    """What the database alone can do: no validation, no search text, no events, no way back."""
    run("CREATE TABLE bench_contact (LIKE crm_contact INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)")
    run(
        "CREATE TEMP TABLE staging (first text, last text, email text, phone text, company text, country text, city text, source text)"
    )
    with connection.cursor() as cursor, path.open() as file:
        next(file)
        with cursor.copy("COPY staging FROM STDIN (FORMAT csv)") as copy:
            while piece := file.read(1 << 16):
                copy.write(piece)
    from bench.fill import insert
    from crm.models import Contact

    given = {
        "first_name": "s.first",
        "last_name": "s.last",
        "email": "s.email",
        "phone": "s.phone",
        "organisation": "s.company",
        "country": "'FR'",
        "city": "s.city",
        "source": "s.source",
    }
    insert(
        Contact,
        given,
        "FROM staging s WHERE NOT EXISTS (SELECT FROM crm_contact c WHERE c.email = s.email)",
        into="bench_contact",
    )
    run("DROP TABLE staging")
