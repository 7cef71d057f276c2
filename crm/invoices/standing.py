"""What an invoice may go through and when it is to be looked at again: plain decisions, told the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

ISSUED, PART_PAID, PAID, VOID = "issued", "part_paid", "paid", "void"

#: Money is still waited for.
UNPAID = frozenset({ISSUED, PART_PAID})

_IS = {ISSUED: "still unpaid", PART_PAID: "still to be paid in part", PAID: "already paid", VOID: "void"}


def state_after(amount: Decimal, paid: Decimal) -> str:
    """The state of an invoice that is not void, from what it asks for and what came."""
    return PAID if paid >= amount else PART_PAID if paid > 0 else ISSUED


def refusal(verb: str, state: str, *, paid: bool = False) -> str:
    """Why the verb ("change", "pay", "void", "reopen") may not be done in this state, or "" when it may.

    `paid`: whether any money came. Raises KeyError for an unknown verb.
    """
    if verb == "void" and state in UNPAID and paid:
        return "Part of it is paid. Note that the money was given back first, then make it void."
    allowed, infinitive = {
        "change": (UNPAID, "changed"),
        "pay": ({ISSUED, PART_PAID, PAID}, "paid"),  # from a paid one money may be given back
        "void": (UNPAID, "made void"),
        "reopen": ({VOID}, "reopened"),
    }[verb]
    if state in allowed:
        return ""
    if verb == "reopen" and state == PAID:
        return "It is paid. If the money was given back, note a payment with a minus sign."
    return f"It is {_IS[state]}, so it cannot be {infinitive}."


def payment_event(before: str, after: str, amount: Decimal) -> str:
    """The kind of event that a payment (a refund where negative) amounts to."""
    if after == PAID:
        return "invoice_paid"
    if before == PAID:
        return "invoice_reopened"
    return "invoice_part_paid" if amount > 0 else "invoice_changed"


def look_on(state: str, due_on: date, *, told: bool, today: date) -> date | None:
    """The first day on which it is overdue and somebody is to be told; None where there is nothing to tell.

    `told`: that it is overdue was said already. A due day that lies ahead again arms it anew.
    """
    if state not in UNPAID or (told and due_on < today) or due_on >= date.max:
        return None
    return due_on + timedelta(days=1)


def days_overdue(state: str, due_on: date, today: date) -> int:
    """For how many whole days money has been waited for past the due day; 0 where it is not overdue."""
    return max((today - due_on).days, 0) if state in UNPAID else 0


def how_they_pay(late: list[int]) -> str:
    """How somebody has paid so far, in a sentence; `late` are the days past due of each paid invoice, at most 0 where
    it came in time."""
    if not late:
        return "Nothing of theirs has been paid yet, so nobody knows how they pay."
    behind = [days for days in late if days > 0]
    if not behind:
        return "Paid the one invoice in time." if len(late) == 1 else f"Paid all {len(late)} invoices in time."
    average = round(sum(behind) / len(behind))
    days = "a day" if average == 1 else f"{average} days"
    if len(behind) == len(late):
        return f"Paid late each time, {days} on average." if len(late) > 1 else f"Paid the one invoice {days} late."
    others = "the other" if len(behind) == 1 else "the others"
    return f"Paid {len(late) - len(behind)} of {len(late)} invoices in time, {others} {days} late."
