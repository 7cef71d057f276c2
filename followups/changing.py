"""How every change to follow-ups is made: rows locked, sorted into may and may not, written as one, told, undoable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm.results import Result as PlainResult
from crm.timeline import Happening, record
from crm.undo import remember
from followups import reminder_rows
from followups.due import Due, anchor, in_words
from followups.lifecycle import COMPLETED, MOVES, refusal
from followups.models import FollowUp
from followups.people import Person, load_people
from followups.reminder_plans import ReminderPlan
from followups.undoing import COLUMNS, KIND, as_json

if TYPE_CHECKING:
    from crm.models import User
    from followups.models.followup import FollowUpQuerySet

#: One locked follow-up: the columns below, as they were before the change.
Row = dict[str, Any]

READ = ("id", "contact_id", "partner_id", "version", "speed_to_lead", *COLUMNS)


@dataclass(slots=True)
class Result(PlainResult):
    """`suggestion` is advice that follows from what was done, for the person who did it; mostly empty."""

    suggestion: str = ""


@dataclass(slots=True)
class Change:
    """One verb at work on one set. `rows` are those it may change; the rest went to `result` with the reason."""

    move: str
    by: User | None
    now: datetime
    rows: list[Row]
    result: Result
    people: dict[int, Person] = field(default_factory=dict)
    before: list[Row] = field(default_factory=list)
    aside: dict[str, Any] = field(default_factory=dict)  # what undo puts back in other tables
    caused_by: int | None = None

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.rows]

    @property
    def actor_name(self) -> str:
        return self.by.name if self.by else "Followthrough"

    def refuse(self, why: Callable[[Row], str]) -> None:
        """Leave out the rows for which `why` gives a sentence."""
        kept = []
        for row in self.rows:
            if sentence := why(row):
                self.result.refused[row["id"]] = sentence
            else:
                kept.append(row)
        self.rows = kept

    def write(self, *, each: dict[str, Sequence[Any]] | None = None, **same: Any) -> None:
        """Set columns of all rows in one guarded statement: `same` to one value, `each` to one per row."""
        if not self.rows:
            return
        each = each or {}
        rule = MOVES[self.move]
        sets = [*(f'"{name}" = %s' for name in same), *(f'"{name}" = t."{name}"' for name in each)]
        arrays = "".join(f", %s::{COLUMNS[name]}[]" for name in each)
        names = "".join(f', "{name}"' for name in each)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE followups_followup f SET {", ".join([*sets, "version = f.version + 1"])}, updated_at = %s
                FROM unnest(%s::bigint[]{arrays}) AS t(id{names})
                WHERE f.id = t.id AND f.status = ANY(%s) AND (f.deleted_at IS NULL) = %s RETURNING f.id
                """,
                [
                    *same.values(),
                    self.now,
                    self.ids,
                    *map(list, each.values()),
                    list(rule.leaves),
                    self.move != "restore",
                ],
            )
            written = len(cursor.fetchall())
        if written != len(self.rows):  # they are locked, so this is a fault of the program
            raise RuntimeError(f"{self.move}: {written} of {len(self.rows)} rows written")
        if self.by is not None:  # a machine takes nothing back
            columns = [*same, *each]
            self.before = [
                {"id": row["id"], "version": row["version"] + 1} | {name: as_json(row[name]) for name in columns}
                for row in self.rows
            ]
        self.result.done = self.ids

    def tell(self, kind: str, each: Callable[[Row], dict[str, Any]] | None = None, **data: Any) -> list[int]:
        """Write one event per row on its contact's timeline."""
        return record(
            [self.happening(kind, row, **data, **(each(row) if each else {})) for row in self.rows], now=self.now
        )

    def happening(self, kind: str, row: Row, *, two_way: bool = False, attempt: bool = False, **data: Any) -> Happening:
        return Happening(
            kind,
            row["contact_id"],
            self.now,
            actor="person" if self.by else "system",
            user_id=self.by.pk if self.by else None,
            subject_kind="followup",
            subject_id=row["id"],
            data={"subject": row["subject"], "by": self.actor_name, **data},
            two_way=two_way,
            attempt=attempt,
            cause_id=self.caused_by,
        )

    def end_reminders(self) -> None:
        self._keep("reminders", reminder_rows.cancel(self.ids))

    def move_reminders(self, rows: Sequence[Row]) -> None:
        """Plan reminders again for rows as they now are."""
        self._keep("reminders", reminder_rows.move(self._anchors(rows), now=self.now))

    def revive_reminders(self, rows: Sequence[Row]) -> None:
        self._keep("reminders", reminder_rows.wait_again(self._anchors(rows), now=self.now))

    def hand_over_reminders(self, to: Callable[[Row], int]) -> None:
        changes = [(row["id"], row["assignee_id"], to(row)) for row in self.rows]
        self._keep("reminders", reminder_rows.hand_over(changes))

    def replace_reminders(self, plans: Sequence[ReminderPlan]) -> None:
        """Cancel what waits and plan these instead."""
        self.end_reminders()
        anchors = self._anchors(self.rows)
        planned = [reminder_rows.Planned(pk, plan, anchor) for pk, anchor in anchors.items() for plan in plans]
        self._keep("reminders", reminder_rows.add(planned, now=self.now))

    def close_escalations(self) -> None:
        """Nobody further up needs to hear of what is settled."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE followups_escalation SET closed_at = %s WHERE followup_id = ANY(%s) AND closed_at IS NULL"
                " RETURNING id",
                [self.now, self.ids],
            )
            self._keep("escalations", [row[0] for row in cursor.fetchall()])

    def zone_of(self, row: Row) -> str:
        return self.people[row["assignee_id"]].zone

    def due_words(self, row: Row) -> str:
        return in_words(due_of(row), self.zone_of(row))

    def _anchors(self, rows: Sequence[Row]) -> dict[int, reminder_rows.Anchor]:
        return {
            row["id"]: reminder_rows.Anchor(
                anchor(due_of(row), self.zone_of(row)), row["snoozed_until"], row["assignee_id"]
            )
            for row in rows
        }

    def _keep(self, name: str, images: list[Any]) -> None:
        self.aside.setdefault(name, []).extend(images)


def due_of(row: Row) -> Due:
    """When the row is due. Rows hold what `Due` allows, so this raises nothing."""
    return Due(on=row["due_on"], at=row["due_at"])


@contextmanager
def changing(
    move: str,
    followups: FollowUpQuerySet,
    *,
    by: User | None,
    now: datetime,
    version: int | None = None,
    undo_as: str = "",
    skip_locked: bool = False,
) -> Iterator[Change]:
    """Lock the set, refuse what may not move, hand over the rest, and remember how to take it back; one transaction.

    `undo_as` is the past participle of the undo button's sentence ("Completed"); empty means there is no undo.
    `skip_locked` is for sweeps, which leave alone what somebody is at work on.
    """
    with transaction.atomic():
        # Always in the order of ids, so that two sets that overlap wait for each other instead of deadlocking.
        rows: list[Row] = list(
            FollowUp.objects.filter(pk__in=followups.values("pk"))
            .order_by("pk")
            .select_for_update(no_key=True, skip_locked=skip_locked)
            .values(*READ)
        )
        people = load_people([person for row in rows for person in (row["assignee_id"], row["completed_by_id"])])
        change = Change(move, by, now, rows, Result(), people)
        if version is not None:
            change.result.stale = [row["id"] for row in rows if row["version"] != version]
            change.rows = [row for row in rows if row["version"] == version]
        change.refuse(lambda row: _why_not(move, row, people))
        yield change
        if undo_as and by is not None and change.before:
            change.result.undo_id = remember(
                user=by,
                label=f"{undo_as} {_named(change.rows)}",
                kind=KIND,
                payload={"rows": change.before, **change.aside},
                now=now,
            )


def _named(rows: Sequence[Row]) -> str:
    return f"“{rows[0]['subject']}”" if len(rows) == 1 else f"{len(rows)} follow-ups"


def _why_not(move: str, row: Row, people: dict[int, Person]) -> str:
    sentence = refusal(move, status=row["status"], deleted=row["deleted_at"] is not None)
    finisher = people.get(row["completed_by_id"] or 0)
    if sentence and finisher and row["status"] == COMPLETED and not row["deleted_at"]:
        return sentence.replace("already completed", f"already completed by {finisher.name}", 1)
    return sentence
