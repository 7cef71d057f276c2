"""What stands beside the day: clients going quiet, absences, leads who do not answer, the figures, a team's counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from crm.models import User
from followups.reading.day import Edges, Totals, totals
from followups.reading.figures import Figures, figures
from followups.reading.hints import absences, unanswered
from followups.reading.quiet import GoingQuiet, going_quiet
from followups.reading.scopes import Scope
from followups.reading.suggestions import Away, Unanswered

#: None of it changes by the minute, so a person who comes back to the page is not counted for again.
#: What they do themselves shows at once: see `forget_beside`.
KEPT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Beside:
    """Read at `figures.counted_at`, for one scope."""

    scope: Scope
    quiet: GoingQuiet
    away: list[Away]
    unanswered: list[Unanswered]
    figures: Figures
    #: Of a team only: one's own are counted each time.
    totals: Totals | None


def beside(user: User, scope: Scope, now: datetime) -> Beside:
    """Read it, or take what was read for this person and scope within KEPT."""
    kept: Beside | None = cache.get(_key(user.pk))
    if kept is not None and kept.scope == scope and timedelta() <= now - kept.figures.counted_at < KEPT:
        return kept
    fresh = Beside(
        scope,
        going_quiet(user, scope, now),
        absences(user, scope, now),
        unanswered(user, scope, now),
        figures(user, scope, now),
        None if scope.is_mine else totals(user, scope, Edges.of(user, now)),
    )
    cache.set(_key(user.pk), fresh, KEPT.total_seconds())
    return fresh


def forget_beside(user_id: int) -> None:
    """Read it anew for this person next time: they have just changed something."""
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"followups.beside:{user_id}"
