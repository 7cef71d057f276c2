"""One row of a file as a follow-up: what it says, or the sentence why it cannot be one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crm.custom_values import BadCustomValue, parse_list, parse_yes_no
from crm.importing.records.cells import BadRow, at, day, line, words
from crm.importing.records.kinds import Row
from crm.importing.words import plain
from followups.creating import NewFollowUp
from followups.due import BadDue, Due, read_due
from followups.models.followup import Priority, Status

_STATUSES = {
    Status.PENDING: "pending open new todo to do not started notstarted planned waiting waiting on someone else deferred offen no false 0",
    Status.IN_PROGRESS: "in progress inprogress started in arbeit en cours",
    Status.COMPLETED: "completed complete done closed finished erledigt termine completado yes true 1",
    Status.MISSED: "missed overdue",
    Status.CANCELLED: "cancelled canceled abgesagt annule",
}
_TWO = ("not started", "to do", "waiting on someone else", "in progress", "in arbeit", "en cours")
_PRIORITIES = {
    Priority.LOW: "low lowest niedrig basse baja none",
    Priority.MEDIUM: "medium normal mittel moyenne media",
    Priority.HIGH: "high hoch haute alta important",
    Priority.URGENT: "urgent highest critical dringend urgente",
}


def _table(source: dict[Any, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, text in source.items():
        for phrase in _TWO:
            if phrase in text:
                found.setdefault(phrase, value)
                text = text.replace(phrase, " ")
        found |= dict.fromkeys(text.split(), value)
    return found


STATUS_WORDS = _table(_STATUSES)
PRIORITY_WORDS = _table(_PRIORITIES)


@dataclass(slots=True)
class Draft:
    """A follow-up to be, and how far it came: the columns of one that is over, or was started."""

    row: Row
    new: NewFollowUp
    past: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def read_due_of(row: Row, *, zone: str, styles: dict[str, str]) -> Due:
    """When it is due: a moment, or a day; one without an offset is local to the zone. Raises BadRow."""
    target = "due" if "due" in row.cells else "due_on"
    text = row.cells.get(target, "")
    if not text:
        done = at(row, "completed_at", zone) or at(row, "cancelled_at", zone)
        if done is None:
            raise BadRow("due", "It says no day on which it is due.")
        return Due(at=done)
    try:
        return read_due(text, zone)
    except BadDue as problem:
        known = day(row, target, styles.get(target, "iso"))
        if known is None:
            raise BadRow(target, str(problem)) from None
        try:
            return Due(on=known)
        except BadDue as bad:
            raise BadRow(target, str(bad)) from None


def status_of(row: Row) -> str:
    """Its status; one with a day of completion is completed. Raises BadRow for a word that means none."""
    text = plain(row.cells.get("status", ""))
    if not text:
        return Status.COMPLETED if "completed_at" in row.cells else Status.PENDING
    found = STATUS_WORDS.get(text)
    if found is None:
        raise BadRow("status", f"“{row.cells['status'][:60]}” is not a status of a follow-up.")
    return found


def past_of(row: Row, status: str, due: Due, *, zone: str, now: datetime) -> dict[str, Any]:
    """The columns that tell how far it came, by status. Raises BadRow for a time that is still to come."""
    started = {"status": status}
    if status == Status.PENDING:
        snoozed = at(row, "snoozed_until", zone)
        return {"status": status, "snoozed_until": snoozed} if snoozed and snoozed > now else {}
    if status == Status.IN_PROGRESS:
        return started
    target = {Status.COMPLETED: "completed_at", Status.CANCELLED: "cancelled_at", Status.MISSED: "missed_at"}[
        Status(status)
    ]
    ended = at(row, target, zone)
    if ended is not None and ended > now:
        raise BadRow(target, f"It is {status}, but that time is still to come.")
    then = due.at or datetime.combine(due.on, datetime.min.time(), tzinfo=UTC)  # type: ignore[arg-type]  # one of the two
    past: dict[str, Any] = {"status": status, target: ended or min(then, now)}
    if status == Status.COMPLETED:
        past |= {"completion_notes": words(row, "completion_notes"), "duration_minutes": _minutes(row)}
    elif status == Status.CANCELLED:
        past["cancel_reason"] = line(row, "cancel_reason", 300)
    return past


def _minutes(row: Row) -> int | None:
    text = row.cells.get("minutes", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 100_000 or len(text) > 9:
        raise BadRow("minutes", f"“{text[:40]}” is not a number of minutes.")
    return int(text)


def is_pinned(row: Row) -> bool:
    """Whether it stands above the others. Raises BadRow."""
    try:
        return "pinned" in row.cells and parse_yes_no(row.cells["pinned"])
    except BadCustomValue as problem:
        raise BadRow("pinned", str(problem)) from None


def tags_of(row: Row) -> tuple[str, ...]:
    """The names of its tags. Raises BadRow."""
    names = tuple(dict.fromkeys(" ".join(one.split()) for one in parse_list(row.cells.get("tags", "")[:2_000])))
    if any(len(name) > 60 or not any(letter.isalnum() for letter in name) for name in names):
        raise BadRow("tags", "One of the tags is too long, or has no letter in it.")
    return names
