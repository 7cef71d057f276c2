"""Duplicates: a whole night's search, its time and memory, and how much of what is known it finds."""

from __future__ import annotations

import json
import os
import resource
import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from bench.made_up_people import people
from bench.measurement import Measurement, milliseconds, seconds
from bench.sweeps import run

MARK = "duplicates benchmark"


def duplicates(size: int) -> Iterable[Measurement]:
    """Among 10,000 or 100,000 contacts of whom one in eleven is there twice; a fork of its own for the memory."""
    count = 100_000 if size >= 100_000 else 10_000
    truth = store(count)
    try:
        took, megabytes = searched_in_a_fork()
        yield Measurement("duplicates_time", took, "s", 60, "lower", judged="value", size=size)
        yield Measurement("duplicates_memory", megabytes, "MB", 500, "lower", judged="value", size=size)
        right, offered, there = judged(truth)
        yield Measurement("duplicates_right", right / max(1, offered), "of offered", 0.95, "higher", judged="value",
                          size=size)  # fmt: skip
        yield Measurement("duplicates_found", right / there, "of there", 0.8, "higher", judged="value", size=size)
        yield Measurement("duplicates_typing", while_typing(), "ms", 50, "lower", judged="value", size=size)
    finally:
        forget()


def store(count: int) -> dict[int, int]:
    """Store made-up people; returns who each contact really is."""
    from crm.models import Contact

    made = people(count)
    truth = {}
    for start in range(0, len(made), 5_000):
        part = made[start : start + 5_000]
        rows = [
            Contact(source=MARK, **{name: getattr(one, name) for name in one.__slots__ if name != "who"})
            for one in part
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            # Without search words, which take minutes and are not measured here.
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            for one, contact in zip(part, Contact.objects.bulk_create(rows), strict=True):
                truth[contact.pk] = one.who
    run("ANALYZE crm_contact")
    return truth


def searched_in_a_fork() -> tuple[float, float]:
    """Seconds and peak megabytes of a process that does nothing else."""
    from crm.merging.finding import search_all

    connection.close()
    with tempfile.NamedTemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                took = seconds(lambda: search_all(timezone.now()))
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                Path(answer.name).write_text(json.dumps([took, peak]))
                status = 0
            finally:
                os._exit(status)
        os.waitpid(child, 0)
        took, peak = json.loads(Path(answer.name).read_text())
    return took, peak


def judged(truth: dict[int, int]) -> tuple[int, int, int]:
    """How many of the pairs offered are right, how many are offered, and how many there are."""
    from crm.models import DuplicatePair

    offered = [
        (first, second)
        for first, second in DuplicatePair.objects.values_list("first_id", "second_id")
        if first in truth and second in truth
    ]
    right = sum(truth[first] == truth[second] for first, second in offered)
    return right, len(offered), len(truth) - len(set(truth.values()))


def while_typing() -> float:
    """The middle of some answers to a name half typed, in milliseconds."""
    from crm.merging.being_typed import alike
    from crm.models import Contact, User

    user = User.objects.filter(role="administrator").first()
    names = list(Contact.objects.filter(source=MARK).values_list("first_name", "last_name")[:20])
    assert user is not None
    times = [
        took
        for first, last in names
        for took in milliseconds(lambda first=first, last=last: alike(user, first_name=first, last_name=last), times=3)
    ]
    return statistics.median(times)


def forget() -> None:
    """Remove what was stored, so that the other benchmarks find what they know."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Without triggers and checks of foreign keys, which take minutes for what nothing else points to yet.
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT id FROM crm_contact WHERE source = %s", [MARK])
        cursor.execute("TRUNCATE crm_duplicatepair, crm_namekey, crm_uncomparedcontact")
        cursor.execute("DELETE FROM crm_otheraddress t USING gone WHERE t.contact_id = gone.id")
        cursor.execute("DELETE FROM crm_searchentry t USING gone WHERE t.kind = 'contact' AND t.object_id = gone.id")
        cursor.execute("DELETE FROM crm_contact t USING gone WHERE t.id = gone.id")
    for table in ("crm_contact", "crm_searchentry"):
        run(f"VACUUM ANALYZE {table}")
