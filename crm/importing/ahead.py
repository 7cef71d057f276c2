"""Reading and checking the next batch of rows while the database works on this one."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.conf import settings

from crm.duplicates import Key, keys_of
from crm.importing.checking import Checked, Checker, Problem
from crm.importing.contact_lines import ContactLines
from crm.importing.reading import Table
from crm.importing.text_files import Unreadable

#: Rows a transaction: large enough to be fast, small enough to show progress and to hold locks briefly.
BATCH = 5_000
#: Rows of the first: the database need not wait until a whole batch is read, and whoever looks on sees it move.
FIRST = 1_000

#: Seconds that Python lets one thread go on while another waits. With the usual 0.005 the one that feeds the database
#: would wait so long after each of its answers, and the database with it.
TURN = 0.0005

_Item = TypeVar("_Item")


@dataclass(slots=True)
class Piece:
    """One batch as read and checked: how many rows it took from the file, the good ones, the problems."""

    count: int
    good: list[Checked] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: What each good row is recognised by, by its number.
    keys: dict[int, list[Key]] = field(default_factory=dict)

    @property
    def every_key(self) -> list[Key]:
        return [key for mine in self.keys.values() for key in mine]


def pieces(table: Table, checker: Checker, after: int, lines: ContactLines | None = None) -> Iterator[Piece]:
    """The rows behind the first `after`, in batches; with `lines`, each with its line. Raises Unreadable."""
    rows = table.rows(after=after)
    most = settings.IMPORT_MAX_ROWS
    size = min(FIRST, BATCH)
    while taken := list(islice(rows, size)):
        if (after := after + len(taken)) > most:
            raise Unreadable(
                f"The file has more than {most:,} rows. Split it and import the parts one after the other."
            )
        yield _check(taken, checker, lines)
        size = BATCH


def _check(taken: list[tuple[int, list[str]]], checker: Checker, lines: ContactLines | None) -> Piece:
    piece = Piece(len(taken))
    for number, cells in taken:
        row, found = checker.check(number, cells)
        if row is not None:
            piece.good.append(row)
            piece.keys[number] = keys_of(row.values)
            if lines is not None:
                row.line = lines.of(row)
        if found:
            piece.problems += found
    return piece


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The items, each made in another thread while the one before it is worked on."""
    ready: queue.Queue[tuple[_Item | None, BaseException | None]] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item: _Item | None, error: BaseException | None) -> None:
        while not stopped.is_set():
            with suppress(queue.Full):
                ready.put((item, error), timeout=0.1)
                return

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if stopped.is_set():
                    return
        except BaseException as problem:  # handed on to the thread that waits
            put(None, problem)
        else:
            put(None, None)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, TURN))
    threading.Thread(target=work, name="import reader", daemon=True).start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stopped.set()
        if usual > TURN:  # else another import, which runs beside this one, has set it, and will set it back
            sys.setswitchinterval(usual)
