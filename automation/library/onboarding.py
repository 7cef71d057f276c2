"""Onboarding of a new client (usecases.md no. 1): two weeks from the welcome to the first word on how it stands."""

from __future__ import annotations

from typing import Any

from automation.library.line import choice, followup, line, some
from automation.library.shape import Entry, Place, Words
from followups.house_rules import CLIENT_SETS

WELCOME, REMINDER = "Onboarding: welcome", "Onboarding: documents missing"
CALL = "Initial consultation call"

_CALLED = [{"event": "followup_completed", "same_record": False, "where": {"type": "call"}}]
_MISSING = some("documents", ("required", "is", True), ("state", "in", ["requested", "rejected"]))
_CALL_OPEN = some("followups", ("open", "is", True), ("subject", "contains", CALL))
#: Whatever shows that the case went on since day 5.
_PROGRESS = {
    "any": [
        some("events", ("two_way", "is", True), within_days=9),
        some("documents", ("received_at", "within_last", 9)),
        some("deals", ("stage_since", "within_last", 9)),
        some("followups", ("completed_at", "within_last", 9)),
    ]
}


def _checklist(at: Place, pk: str, then: str) -> dict[str, Any]:
    return followup(
        at, pk, "Send document checklist", subject="Send the document checklist to {{ contact.full_name }}", type="email",
        due=1, exits={"next": then},
    )  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "lifecycle_changed", "becomes": "client"}],
        "rules": {
            "reentry": "after_days", "reentry_days": 365,
            "exit_when": {"field": "lifecycle", "op": "not_equals", "value": "client"},
        },
        "start": "welcome",
        "steps": line(
            {"id": "welcome", "kind": "send_email", "template": at.template(WELCOME), "topic": "service"},
            followup(
                at, "consult", CALL, subject=f"{CALL} with {{{{ contact.full_name }}}}", type="call",
                priority="high", due=2, due_at="10:00", wait=True, late_after=3, late_unit="days",
                exits={"done": "checklist", "late": "papers"},
            ),
            _checklist(at, "checklist", "day_5"),
            {"id": "day_5", "kind": "wait", "amount": 5, "unit": "days", "counted_from": "entry"},
            {
                "id": "papers", "kind": "branch",
                "choices": [
                    choice("missing", "Documents are missing", _MISSING),
                    choice("here", "All documents are here", some("documents", ("required", "is", True))),
                ],
                "exits": {"missing": "reminder", "here": "review", "else": "look"},
            },
            {"id": "reminder", "kind": "send_email", "template": at.template(REMINDER), "topic": "service"},
            followup(
                at, "look", "Check document submission", type="document_review", due=0,
                subject="Check which documents of {{ contact.full_name }} are still missing", exits={"next": "called"},
            ),
            followup(
                at, "review", "Document review", subject="Review the documents of {{ contact.full_name }}",
                type="document_review", due=2,
            ),
            {
                "id": "called", "kind": "branch", "choices": [choice("open", "The call is still to come", _CALL_OPEN)],
                "exits": {"open": "call_comes", "else": "day_14"},
            },
            {
                "id": "call_comes", "kind": "wait_for_event", "events": _CALLED, "amount": 9, "unit": "days",
                "exits": {"happened": "checklist_late", "timed_out": "day_14"},
            },
            _checklist(at, "checklist_late", "day_14"),
            {"id": "day_14", "kind": "wait", "amount": 14, "unit": "days", "counted_from": "entry"},
            followup(
                at, "status", "Application status update call", type="application_status", due=0, due_at="11:00",
                subject="Tell {{ contact.first_name|them }} how the application stands",
            ),
            {
                "id": "progress", "kind": "branch", "choices": [choice("yes", "It went on", _PROGRESS)],
                "exits": {"yes": None, "else": "manager"},
            },
            {
                "id": "manager", "kind": "escalate", "priority": "high",
                "reason": "{{ contact.full_name }} became a client two weeks ago, and nothing has happened since day 5.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="onboarding",
    name="Onboarding of a new client",
    kind="workflow",
    group="clients",
    icon="handshake",
    story="Somebody becomes a client. They are welcomed at once, and the consultation call is due in two days; once it is "
    "done, the checklist of documents follows. On day 5 whoever still owes documents is reminded. On day 14 they hear "
    "how it stands, and your manager hears of a case that has not moved. It ends when they answer: then a person goes on. "
    "The follow-up sets for new clients rest while it is active.",
    definition=_definition,
    words=(
        Words(
            WELCOME, "email", "Welcome to {{ organisation.name }}",
            "Hello {{ contact.first_name|there }},\n\nwelcome! {{ owner.first_name|One of us }} will call you within two days to "
            "talk through the first steps, and then send you the list of documents that we need.\n\nIf you have a question "
            "before that, simply answer this mail.",
            "Le damos la bienvenida a {{ organisation.name }}",
            "Hola {{ contact.first_name|qué tal }}:\n\n¡Le damos la bienvenida! {{ owner.first_name|Alguien de nuestro equipo }} "
            "le llamará en los próximos dos días para hablar de los primeros pasos y le enviará después la lista de documentos "
            "que necesitamos.\n\nSi tiene alguna pregunta antes, responda a este correo.",
        ),
        Words(
            REMINDER, "email", "Some documents are still missing",
            "Hello {{ contact.first_name|there }},\n\nwe are still waiting for some of your documents. The sooner they are here, "
            "the sooner we can go on.\n\nIs something hard to get hold of? Answer this mail, and we will find a way.",
            "Todavía faltan documentos",
            "Hola {{ contact.first_name|qué tal }}:\n\nTodavía esperamos algunos de sus documentos. Cuanto antes lleguen, antes "
            "podremos seguir.\n\n¿Le cuesta conseguir alguno? Responda a este correo y buscaremos una solución.",
        ),
    ),
    replaces=(CLIENT_SETS,),
)  # fmt: skip
