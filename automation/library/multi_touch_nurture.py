"""Multi-touch nurture (usecases.md no. 5): five touches over ten days after a guide was asked for."""

from __future__ import annotations

from typing import Any

from automation.library.line import choice, line, some
from automation.library.shape import Entry, Place, Words

GUIDE, TIPS, STORY, LAST = "Guide: thank you", "Guide: tips", "Guide: success story", "Guide: last word"
CALL = "Call to discuss options"

_BOOKED = some("followups", ("outcome", "equals", "booked"), ("completed_at", "within_last", 10))
_CLICKED_TWO = some("messages", ("clicked", "is", True), count={"op": "at_least", "number": 2}, within_days=10)


def _mail(at: Place, pk: str, name: str) -> dict[str, Any]:
    return {"id": pk, "kind": "send_email", "template": at.template(name), "topic": "marketing"}


def _day(number: int) -> dict[str, Any]:
    return {"id": f"day_{number}", "kind": "wait", "amount": number, "unit": "days", "counted_from": "entry"}


def _clicked(at: Place, pk: str, name: str, happened: str, otherwise: str) -> dict[str, Any]:
    event = {"event": "message_clicked", "same_record": False, "where": {"template_id": at.template(name)}}
    return {
        "id": pk, "kind": "wait_for_event", "events": [event], "amount": 3, "unit": "days",
        "exits": {"happened": happened, "timed_out": otherwise},
    }  # fmt: skip


def _call(pk: str, **more: Any) -> dict[str, Any]:
    return {
        "id": pk, "kind": "create_followup", "type": "call", "due_in": 1, "due_unit": "days",
        "subject": f"{CALL} with {{{{ contact.full_name }}}}", **more,
    }  # fmt: skip


def _unless_booked(pk: str, otherwise: str) -> dict[str, Any]:
    """They are not written to any more once they have an appointment."""
    return {
        "id": pk, "kind": "branch", "choices": [choice("yes", "Booked", _BOOKED)],
        "exits": {"yes": "deal", "else": otherwise},
    }  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    early = [one for one in (at.stage("New"), at.stage("Contacted")) if one]
    moves = some("deals", ("stage", "in", early), ("status", "equals", "open"))
    return {
        "triggers": [{"kind": "form_submitted", "form": "guide downloaded"}],
        "rules": {"reentry": "after_days", "reentry_days": 90, "stop_on_reply": True, "stop_on_opt_out": True},
        "start": "thanks",
        "steps": line(
            _mail(at, "thanks", GUIDE),
            _day(2),
            _mail(at, "tips", TIPS),
            _clicked(at, "tips_clicked", TIPS, "call", "unbooked_5"),
            _call("call", priority="medium"),
            _day(5),
            _unless_booked("unbooked_5", "story"),
            _mail(at, "story", STORY),
            _clicked(at, "story_clicked", STORY, "strong", "unbooked_8"),
            {
                "id": "strong", "kind": "branch", "choices": [choice("yes", "Clicked in two mails", _CLICKED_TWO)],
                "exits": {"yes": "instead", "else": "call_now"},
            },
            {"id": "instead", "kind": "complete_followups", "how": "cancel", "reason": "Made anew: the call has become urgent."},
            _call("call_urgent", priority="urgent", exits={"next": "day_8"}),
            _call("call_now", priority="high"),
            _day(8),
            _unless_booked("unbooked_8", "offer"),
            {
                "id": "offer", "kind": "create_followup", "type": "call", "priority": "high", "due_in": 0, "due_unit": "days",
                "subject": "Consultation offer to {{ contact.full_name }}", "wait": True, "by_outcome": ["booked"],
                "late_after": 2, "late_unit": "days",
                "exits": {"outcome:booked": "deal", "done": "day_10", "late": "day_10"},
            },
            _day(10),
            _unless_booked("unbooked_10", "last"),
            _mail(at, "last", LAST) | {"exits": {"next": None}},
            {
                "id": "deal", "kind": "branch", "choices": [choice("early", "The deal is at its beginning", moves)],
                "exits": {"early": "onward", "else": "goal"},
            },
            {"id": "onward", "kind": "change_stage", "stage": at.stage("Qualified")},
            {"id": "goal", "kind": "end", "goal_met": True, "exits": {}},
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="multi-touch-nurture",
    name="Nurture after a guide",
    kind="sequence",
    group="leads",
    icon="mail",
    story="Somebody downloads a guide. They get it at once, tips after two days and a success story after five. Whoever "
    "clicks gets a call the next day, whoever clicks again an urgent one; on day 8 a consultation is offered, and a last mail "
    "leaves on day 10. It ends the moment they answer (you are asked to respond), book (their deal moves on to Qualified) or "
    "opt out. What they open and click counts for the score once scoring is switched on.",
    definition=_definition,
    words=(
        Words(
            GUIDE, "email", "Here is your guide",
            "Hello {{ contact.first_name|there }},\n\nthank you for your interest. Here is your guide: "
            "[read it now]({{ data.guide_url|https://example.org/guide }}).\n\nIn two days we will send you some tips on how to "
            "begin. If you have a question now, simply answer this mail.",
            "Aquí tiene su guía",
            "Hola {{ contact.first_name|qué tal }}:\n\nGracias por su interés. Aquí tiene su guía: "
            "[leerla ahora]({{ data.guide_url|https://example.org/guide }}).\n\nEn dos días le enviaremos algunos consejos para "
            "empezar. Si ya tiene una pregunta, responda a este correo.",
            topic="marketing",
        ),
        Words(
            TIPS, "email", "Three tips to begin with",
            "Hello {{ contact.first_name|there }},\n\nthree things that help almost everybody:\n\n1. Begin with the papers that take "
            "longest to get.\n2. Write down your dates, and count back from them.\n3. Ask early: most detours can be avoided.\n\n"
            "[See what your options are]({{ data.options_url|https://example.org/options }})",
            "Tres consejos para empezar",
            "Hola {{ contact.first_name|qué tal }}:\n\nTres cosas que ayudan a casi todo el mundo:\n\n1. Empiece por los papeles que "
            "más tardan.\n2. Anote sus fechas y cuente hacia atrás.\n3. Pregunte pronto: casi todos los rodeos se pueden evitar."
            "\n\n[Vea sus opciones]({{ data.options_url|https://example.org/options }})",
            topic="marketing",
        ),
        Words(
            STORY, "email", "How somebody like you did it",
            "Hello {{ contact.first_name|there }},\n\n{{ success_story|a client of ours stood where you stand now. Half a year "
            "later the goal was reached, with a plan that fitted on one page. }}\n\n"
            "[Read how it went]({{ data.story_url|https://example.org/stories }})",
            "Cómo lo logró alguien como usted",
            "Hola {{ contact.first_name|qué tal }}:\n\n{{ success_story|Un cliente nuestro estaba donde usted está ahora. Medio año "
            "después había llegado a su meta, con un plan que cabía en una página. }}\n\n"
            "[Lea cómo fue]({{ data.story_url|https://example.org/stories }})",
            topic="marketing",
        ),
        Words(
            LAST, "email", "Shall we talk?",
            "Hello {{ contact.first_name|there }},\n\nthis is the last mail of this series. If you would like to talk it through, "
            "answer with a time that suits you, and we will call. Otherwise we wish you every success.",
            "¿Hablamos?",
            "Hola {{ contact.first_name|qué tal }}:\n\nEste es el último correo de esta serie. Si quiere hablarlo con nosotros, "
            "responda con una hora que le venga bien y le llamaremos. Si no, le deseamos mucho éxito.",
            topic="marketing",
        ),
    ),
)  # fmt: skip
