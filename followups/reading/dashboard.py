"""Everything the dashboard shows, in a fixed number of queries however much there is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.models import User
from followups.reading import sentences
from followups.reading.beside import beside
from followups.reading.day import Edges, Totals, day_rows, put_in_order, totals
from followups.reading.facing import Facing, facing, place_of
from followups.reading.figures import Figures
from followups.reading.quiet import GoingQuiet
from followups.reading.rows import Row
from followups.reading.scopes import Colleague, Scope, colleagues, may_switch, scope_for
from followups.reading.suggestions import Suggestion, suggestions

SHOW_LATE, SHOW_TODAY, SHOW_WEEK = 8, 12, 8


@dataclass(frozen=True, slots=True)
class Dashboard:
    scope: Scope
    people: list[Colleague]
    greeting: str
    sentence: str
    next: Facing | None
    skipped: str
    totals: Totals
    overdue: list[Row]
    today: list[Row]
    week: list[Row]
    quiet: GoingQuiet
    suggestions: list[Suggestion]
    figures: Figures


def dashboard(user: User, wanted: str, skip: Collection[int], now: datetime) -> Dashboard:
    """Read one person's dashboard, or the one of those they look at."""
    edges = Edges.of(user, now)
    people = colleagues(user) if may_switch(user) else []
    scope = scope_for(user, wanted, people)
    aside = beside(user, scope, now)
    counted = aside.totals or totals(user, scope, edges)
    late, due, coming = day_rows(user, scope, edges, counted, SHOW_WEEK)
    quiet, done = aside.quiet, aside.figures
    late, _ = put_in_order(late, edges)
    ordered, reasons = put_in_order(late + due, edges)
    first = next((row for row in ordered if row["id"] not in skip), None) if scope.is_mine else None
    shown = late[:SHOW_LATE], due[:SHOW_TODAY], coming
    for row in (row for rows in shown for row in rows):
        row["second"] = second_line(row, scope, now)
        row["there"] = their_time(row, edges)
    return Dashboard(
        scope=scope,
        people=people,
        greeting=sentences.greeting(now.astimezone(edges.zone), user.first_name),
        sentence=_sentence(counted, done, edges, scope),
        next=facing(user, first, reasons[first["id"]] if first else "", now),
        skipped=",".join(str(one) for one in [*skip, first["id"]]) if first else "",
        totals=counted,
        overdue=shown[0],
        today=shown[1],
        week=shown[2],
        quiet=quiet,
        suggestions=suggestions(
            today=now.astimezone(edges.zone).date(),
            away=aside.away,
            unanswered=aside.unanswered,
            overdue=counted.overdue,
            unplanned=quiet.unplanned,
            mine=scope.is_mine,
        ),
        figures=done,
    )


def _sentence(counted: Totals, done: Figures, edges: Edges, scope: Scope) -> str:
    said = [
        sentences.day_named(edges.now.astimezone(edges.zone).date()),
        sentences.to_do(counted.to_do, counted.minutes, done_today=done.today_done),
    ]
    if scope.is_mine and done.yesterday_done:
        said.append(f"yesterday you finished {done.yesterday_done}")
    return " · ".join(said)


def second_line(row: Row, scope: Scope | None, now: datetime) -> str:
    """Who it is for and what else one should know, under the subject."""
    said = [row["who"]]
    if row["speed_to_lead"] and row["contact_id"] and now - row["contact__created_at"] < timedelta(days=1):
        arrived = round((now - row["contact__created_at"]).total_seconds() / 60)
        source = f" from {row['contact__source']}" if row["contact__source"] else ""
        ago = "just now" if arrived < 1 else f"{arrived} min ago" if arrived < 60 else f"{arrived // 60} h ago"
        said.append(f"new lead{source}, {ago}")
    else:
        said.append(row["type__name"].lower())
    if row["snooze_count"] + row["reschedule_count"] >= 2:
        said.append(f"put off {row['snooze_count'] + row['reschedule_count']} times")
    if scope is not None and len(scope.people) > 1:
        said.append(row["by"])
    return " · ".join(said)


def their_time(row: Row, edges: Edges) -> str:
    """The due time where the contact is, when that is another time of day: "15:30 Rome"."""
    if row["due_at"] is None or row["late"] or (place := place_of(row)) is None:
        return ""
    local = row["due_at"].astimezone(place.zone)
    if local.utcoffset() == row["due_at"].astimezone(edges.zone).utcoffset():
        return ""
    return f"{local:%H:%M} {place.city}"
