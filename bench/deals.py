"""The board of deals, against its cards alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import F

from bench import fill
from bench.measurement import Measurement, side_by_side
from bench.pages import TIMES, got, signed_in, template

#: A deal for each so many contacts would leave columns empty in a small installation; this fills them all.
DEALS = 2_000
GOAL = 1.5


def laid_out() -> None:
    """Make sure that the first pipeline holds deals: two thirds open, evenly over its stages."""
    from crm.models import Deal, Pipeline

    if Deal.objects.exists():
        return
    line = Pipeline.objects.earliest("position")
    stages = {
        kind: list(line.stages.filter(kind=kind).values_list("pk", flat=True)) for kind in ("open", "won", "lost")
    }
    ids = {kind: f"(ARRAY{found})[1 + n % {len(found)}]" for kind, found in stages.items()}
    kind = "(ARRAY['open','open','open','open','won','lost'])[1 + n / 6 % 6]"
    fill.insert(
        Deal,
        {
            "name": "'Visa for client ' || n",
            "contact_id": "c.id",
            "owner_id": "c.owner_id",
            "created_by_id": "c.owner_id",
            "pipeline_id": str(line.pk),
            "stage_id": f"CASE {kind} WHEN 'won' THEN {ids['won']} WHEN 'lost' THEN {ids['lost']} ELSE {ids['open']} END",
            "status": kind,
            "amount": "100 + n % 977",
            "currency": "(ARRAY['EUR','EUR','EUR','USD'])[1 + n % 4]",
            "expected_on": "current_date + (n % 90 - 10)::int",
            "stage_since": "now() - (n % 30) * interval '1 day'",
            "closed_at": f"CASE WHEN {kind} = 'open' THEN NULL ELSE now() - (n % 60) * interval '1 day' END",
        },
        f"FROM (SELECT id, owner_id, row_number() OVER (ORDER BY id) - 1 AS n FROM crm_contact LIMIT {DEALS}) AS c",
    )


def kanban_page(size: int) -> Iterable[Measurement]:
    """The first pipeline, some three hundred cards, as an administrator sees it."""
    from crm.deals.board import SHOWN
    from crm.deals.cards import CARD, dress
    from crm.models import Deal, Role, User

    laid_out()
    now = datetime.now(UTC)
    stages = Deal.objects.open().order_by("stage__position").values_list("stage", "stage__rotting_days").distinct()
    quiet_after = dict(stages)

    def bare() -> str:
        parts = [
            Deal.objects.open()
            .filter(stage=pk)
            .order_by(F("expected_on").asc(nulls_last=True), "pk")
            .values(*CARD)[:SHOWN]
            for pk in quiet_after
        ]
        rows = [
            dress(row, quiet_after[row["stage_id"]], now, now.date()) for row in parts[0].union(*parts[1:], all=True)
        ]
        return str(template("board.html").render(rows=rows))

    administrator = User.objects.filter(role=Role.ADMINISTRATOR).earliest("pk")
    ours, ceiling = side_by_side(got(signed_in(administrator), "/deals/"), bare, times=TIMES)
    yield Measurement("kanban_page", ours, "ms", GOAL, "lower", ceiling, ours / ceiling, size=size)
