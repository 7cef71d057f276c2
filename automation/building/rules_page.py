"""The rules of an automation in the order in which people think of them."""

from __future__ import annotations

from automation.building.forms import Form, Row

#: Heading, one sentence, the settings in it, and those that few need and that stand folded.
SECTIONS = (
    ("Who enters", "", ("who", "reentry", "reentry_days"), ("per_record", "not_while_in", "hold_out_percent")),
    (
        "What ends it",
        "Nobody gets another message after one of these.",
        ("stop_on_reply", "stop_on_colleague", "stop_on_opt_out", "stop_on_bounce", "stop_on_meeting"),
        ("exit_on", "exit_when", "leaving_audience"),
    ),
    ("The goal", "Whoever comes here leaves with the goal met, and counts as a success.", ("goal",), ("goal_when",)),
    (
        "How often and when it writes",
        "The rules of the whole organisation hold besides: quiet hours, and the most messages to one person.",
        ("most_touches", "window"),
        ("runs_at", "batch_size"),
    ),
)


def by_section(form: Form) -> list[tuple[str, str, list[Row], list[Row]]]:
    """The form's fields by section: those in sight, then the folded ones. What no section names stands in the last."""
    rows = {row.name: row for row in form.rows}
    found = [
        (
            title,
            said,
            [rows.pop(name) for name in seen if name in rows],
            [rows.pop(name) for name in more if name in rows],
        )
        for title, said, seen, more in SECTIONS
    ]
    found[-1][3].extend(rows.values())
    return found


def is_open(rows: list[Row]) -> bool:
    """Whether one of the folded settings is in use."""
    return any(
        row.error or (row.parts.value if row.parts else row.value not in ("", [], False, "stay", "0")) for row in rows
    )
