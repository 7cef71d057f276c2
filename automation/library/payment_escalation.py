"""Payment with escalation (usecases.md no. 2): from the first word about an invoice to its hand-over, until it is paid."""

from __future__ import annotations

from typing import Any

from automation.library.line import followup, line
from automation.library.shape import Entry, Place, Words
from followups.house_rules import INVOICE_SETS

FRIENDLY, URGENT, URGENT_SMS = "Payment: friendly reminder", "Payment: urgent reminder", "Payment: urgent reminder"
COLLECTIONS = "Collections"
#: What may come of the call where nobody was reached.
_SILENCE = ("no_answer", "voicemail", "no_response", "wrong_number")


def _definition(at: Place) -> dict[str, Any]:
    team = at.team(COLLECTIONS)
    whom = {"how": "team", "team": team} if team else {"how": "least_loaded"}
    silent = {f"outcome:{one}": "collections" for one in _SILENCE}
    return {
        "triggers": [{"kind": "invoice_issued"}],
        "rules": {
            "reentry": "never", "per_record": True, "stop_on_reply": True,
            "goal": [{"event": "invoice_paid"}],
            "exit_on": [{"event": "invoice_voided"}],
        },
        "start": "day_3",
        "steps": line(
            {"id": "day_3", "kind": "wait", "amount": 3, "unit": "days", "counted_from": "entry"},
            {"id": "friendly", "kind": "send_email", "template": at.template(FRIENDLY), "topic": "payments"},
            followup(
                at, "second", "Second payment reminder", type="payment", priority="high", due=4,
                subject="Second payment reminder for {{ contact.full_name }}: {{ invoice.number|the open invoice }}",
            ),
            {"id": "day_7", "kind": "wait", "amount": 7, "unit": "days", "counted_from": "entry"},
            {"id": "urgent", "kind": "send_email", "template": at.template(URGENT), "topic": "payments"},
            {"id": "urgent_sms", "kind": "send_sms", "template": at.template(URGENT_SMS, "sms"), "topic": "payments",
             "fallback": False},
            {
                "id": "manager", "kind": "notify", "to": "manager",
                "subject": "Invoice {{ invoice.number|of a client }} is still unpaid",
                "text": "{{ contact.full_name }} owes {{ invoice.amount|an amount }}, due on {{ invoice.due_on|a day that is "
                "over }}. They were reminded twice; a call is planned within three days.",
            },
            followup(
                at, "call", "Payment discussion call", type="payment", priority="urgent", due=3, due_at="10:00",
                subject="Call {{ contact.full_name }} about payment of {{ invoice.number|the open invoice }}",
                wait=True, by_outcome=["arranged", *_SILENCE], late_after=2, late_unit="days",
                exits={"outcome:arranged": None, **silent, "done": None, "late": "not_called"},
            ),
            {"id": "collections", "kind": "add_tag", "tag": at.tag(COLLECTIONS)},
            {"id": "new_owner", "kind": "assign_owner", **whom},
            {
                "id": "tell_owner", "kind": "notify", "to": "owner",
                "subject": "Collect invoice {{ invoice.number|of a client }}",
                "text": "{{ contact.full_name }} could not be reached about {{ invoice.amount|an open amount }} and is yours now.",
                "exits": {"next": None},
            },
            {
                "id": "not_called", "kind": "escalate", "priority": "urgent",
                "reason": "Nobody has called {{ contact.full_name }} about invoice {{ invoice.number|that is unpaid }}.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="payment-escalation",
    name="Payment with escalation",
    kind="workflow",
    group="money",
    icon="receipt",
    story="An invoice is issued. Unpaid after three days, the client gets a friendly mail; after seven an urgent mail and a "
    "text message, your manager is told, and a call is planned for day 10. Where the call comes to an arrangement it ends, "
    "and what was said stands with the invoice; where nobody answers, the client is tagged for collections and changes "
    "hands: to the team “Collections” if there is one, else to whoever has most room. Paid at any time, its follow-ups "
    "complete themselves. The follow-up sets for invoices rest while it is active.",
    definition=_definition,
    words=(
        Words(
            FRIENDLY, "email", "A reminder of invoice {{ invoice.number|from us }}",
            "Hello {{ contact.first_name|there }},\n\na short reminder of invoice {{ invoice.number|that we sent you }} over "
            "{{ invoice.amount|the open amount }}, due on {{ invoice.due_on|the day stated on it }}. If you have paid it in the "
            "meantime, please ignore this mail.",
            "Recordatorio de la factura {{ invoice.number|pendiente }}",
            "Hola {{ contact.first_name|qué tal }}:\n\nLe recordamos la factura {{ invoice.number|que le enviamos }} de "
            "{{ invoice.amount|importe pendiente }}, con vencimiento el {{ invoice.due_on|día indicado }}. Si ya la ha pagado, no "
            "tenga en cuenta este correo.",
            topic="payments",
        ),
        Words(
            URGENT, "email", "Invoice {{ invoice.number|from us }} is still unpaid",
            "Hello {{ contact.first_name|there }},\n\ninvoice {{ invoice.number|that we sent you }} over "
            "{{ invoice.amount|the open amount }} is still unpaid. Please pay it now, or answer this mail if something stands in "
            "the way: we will call you in the next days to find a solution.",
            "La factura {{ invoice.number|pendiente }} sigue sin pagar",
            "Hola {{ contact.first_name|qué tal }}:\n\nLa factura {{ invoice.number|que le enviamos }} de "
            "{{ invoice.amount|importe pendiente }} sigue sin pagar. Le rogamos que la pague ahora o que responda a este correo "
            "si hay algún problema: le llamaremos en los próximos días para buscar una solución.",
            topic="payments",
        ),
        Words(
            URGENT_SMS, "sms",
            text="{{ organisation.name }}: invoice {{ invoice.number|from us }} over {{ invoice.amount|the open amount }} is still "
            "unpaid. Please pay it or answer us.",
            text_es="{{ organisation.name }}: la factura {{ invoice.number|pendiente }} de {{ invoice.amount|importe pendiente }} "
            "sigue sin pagar. Páguela o respóndanos, por favor.",
            topic="payments",
        ),
    ),
    replaces=(INVOICE_SETS,),
)  # fmt: skip
