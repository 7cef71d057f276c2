"""Good first templates to start from: the messages that nearly every office writes, in English and Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from messaging.templating.catalogue import Label
from messaging.templating.checking import Draft

NAME_EN, NAME_ES = "{{ contact.first_name|there }}", "{{ contact.first_name|buenos días }}"
FOOT: dict[str, Any] = {"kind": "footer", "text": "{{ organisation.name }}"}


@dataclass(frozen=True, slots=True)
class Starter:
    """One of the gallery: its name in addresses, what it is for, and the template."""

    slug: str
    help: str
    label: Label
    drafts: Sequence[Draft]


def _text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def _heading(words: str) -> dict[str, Any]:
    return {"kind": "heading", "text": words}


def _mail(language: str, subject: str, preheader: str, *blocks: dict[str, Any]) -> Draft:
    return Draft(language, subject, blocks=[*blocks, FOOT, {"kind": "preheader", "text": preheader}])


STARTERS: tuple[Starter, ...] = (
    Starter(
        "welcome",
        "The first mail to a new client: who you are and what happens next",
        Label("Welcome", "email"),
        (
            _mail(
                "en",
                "Welcome, {{ contact.first_name|we are glad you are here }}",
                "What happens next, and whom to ask",
                _heading("Welcome, {{ contact.first_name|dear client }}"),
                _text(
                    "Thank you for choosing **{{ organisation.name }}**. I am {{ sender.name }}, and I look after you "
                    "from now on.\n\nThis is what happens next:\n\n1. We talk for twenty minutes about what you need.\n"
                    "2. You get a plan in writing, with dates.\n3. I keep you informed at each step."
                ),
                {"kind": "quote", "text": "Any question at all: just answer this mail. I read every answer myself."},
                _text("Talk soon,\n{{ sender.name }}"),
            ),
            _mail(
                "es",
                "Te damos la bienvenida, {{ contact.first_name|y gracias }}",
                "Qué pasa ahora y a quién preguntar",
                _heading("Te damos la bienvenida, {{ contact.first_name|y gracias por venir }}"),
                _text(
                    "Gracias por elegir **{{ organisation.name }}**. Soy {{ sender.name }} y desde hoy me ocupo de ti."
                    "\n\nEstos son los próximos pasos:\n\n1. Hablamos veinte minutos sobre lo que necesitas.\n"
                    "2. Recibes un plan por escrito, con fechas.\n3. Te mantengo al tanto en cada paso."
                ),
                {"kind": "quote", "text": "Cualquier duda: responde a este correo. Leo cada respuesta."},
                _text("Hasta pronto,\n{{ sender.name }}"),
            ),
        ),
    ),
    Starter(
        "document-request",
        "Asks for papers, says why and how they can be sent",
        Label("Document request", "email"),
        (
            _mail(
                "en",
                "We need one thing from you: {{ data.document|a document }}",
                "It takes two minutes: answer with a photo or a PDF",
                _heading("One thing is missing"),
                _text(
                    f"Hello {NAME_EN},\n\nto go on with your case we need **{{{{ data.document|a document }}}}** from "
                    "you. A photo taken with your phone is enough, as long as all four corners can be seen."
                ),
                _text("- Answer this mail with the file attached\n- PDF, JPEG or PNG\n- One document per page"),
                _text("Something is unclear? Ask me.\n\n{{ sender.name }}"),
            ),
            _mail(
                "es",
                "Necesitamos algo de ti: {{ data.document|un documento }}",
                "Son dos minutos: responde con una foto o un PDF",
                _heading("Solo falta una cosa"),
                _text(
                    f"Hola, {NAME_ES}:\n\npara seguir con tu trámite necesitamos **{{{{ data.document|un documento }}}}**. "
                    "Basta una foto del teléfono, si se ven las cuatro esquinas."
                ),
                _text("- Responde a este correo con el archivo\n- PDF, JPEG o PNG\n- Un documento por página"),
                _text("¿Alguna duda? Pregúntame.\n\n{{ sender.name }}"),
            ),
        ),
    ),
    Starter(
        "payment-reminder",
        "A friendly word about an invoice that is due",
        Label("Payment reminder", "email", topic="payments"),
        (
            _mail(
                "en",
                "A reminder about invoice {{ data.invoice|that is open }}",
                "Perhaps it slipped through",
                _heading("A friendly reminder"),
                _text(
                    f"Hello {NAME_EN},\n\nperhaps it slipped through: the invoice {{{{ data.invoice|we sent you }}}} "
                    "of {{ data.amount|the agreed amount }} was due on {{ data.due|the date it names }}."
                ),
                {"kind": "divider"},
                _text(
                    "If you have paid meanwhile, please forget this mail. If something is in the way, answer and tell "
                    "me: we will find a solution.\n\n{{ sender.name }}"
                ),
            ),
            _mail(
                "es",
                "Recordatorio de la factura {{ data.invoice|pendiente }}",
                "Quizá se haya pasado por alto",
                _heading("Un recordatorio amable"),
                _text(
                    f"Hola, {NAME_ES}:\n\nquizá se haya pasado por alto: la factura {{{{ data.invoice|que enviamos }}}} "
                    "de {{ data.amount|el importe acordado }} vencía el {{ data.due|día indicado }}."
                ),
                {"kind": "divider"},
                _text(
                    "Si ya has pagado, olvida este correo. Si hay algún problema, respóndeme y buscamos una solución."
                    "\n\n{{ sender.name }}"
                ),
            ),
        ),
    ),
    Starter(
        "thank-you",
        "After something went well: thanks, and one small question",
        Label("Thank you", "email"),
        (
            _mail(
                "en",
                "Thank you, {{ contact.first_name|and one question }}",
                "And one small question",
                _heading("Thank you, {{ contact.first_name|truly }}"),
                _text(
                    "It was a pleasure to work with you.\n\nMay I ask one question? **What could we have done better?** "
                    "One sentence is enough; just answer this mail."
                ),
                _text("And if you know somebody whom we could help too, I am glad to hear from them.\n\n{{ sender.name }}"),
            ),
            _mail(
                "es",
                "Gracias, {{ contact.first_name|y una pregunta }}",
                "Y una pequeña pregunta",
                _heading("Gracias, {{ contact.first_name|de verdad }}"),
                _text(
                    "Ha sido un placer trabajar contigo.\n\n¿Puedo hacerte una pregunta? **¿Qué podríamos haber hecho "
                    "mejor?** Basta una frase: responde a este correo."
                ),
                _text("Y si conoces a alguien a quien podamos ayudar, con gusto le atiendo.\n\n{{ sender.name }}"),
            ),
        ),
    ),
    Starter(
        "appointment-sms",
        "The day before: when, where, and how to move it",
        Label("Appointment reminder", "sms"),
        (
            Draft(
                "en",
                text=f"Hi {NAME_EN}, see you {{{{ data.when|tomorrow }}}} at {{{{ organisation.name }}}}. "
                "Need another time? Just answer. {{ sender.name }}",
            ),
            Draft(
                "es",
                text=f"Hola, {NAME_ES}: nos vemos {{{{ data.when|mañana }}}} en {{{{ organisation.name }}}}. "
                "Si necesitas otra hora, responde. {{ sender.name }}",
            ),
        ),
    ),
    Starter(
        "check-in-sms",
        "After a silence: a word that asks for nothing",
        Label("Check-in", "sms"),
        (
            Draft("en", text=f"Hi {NAME_EN}, we have not spoken for a while. Is everything all right? {{{{ sender.name }}}}"),
            Draft("es", text=f"Hola, {NAME_ES}: hace tiempo que no hablamos. ¿Va todo bien? {{{{ sender.name }}}}"),
        ),
    ),
    Starter(
        "appointment-whatsapp",
        "Outside the 24 hours WhatsApp lets only approved words through: send these for approval",
        Label("Appointment reminder", "whatsapp"),
        (
            Draft(
                "en",
                text=f"Hello {NAME_EN}, this is {{{{ sender.name|your adviser }}}} of {{{{ organisation.name }}}}. "
                "Your appointment is {{ data.when|tomorrow }}. Answer here if you need another time.",
            ),
            Draft(
                "es",
                text=f"Hola, {NAME_ES}: te escribe {{{{ sender.name|tu asesor }}}}, de {{{{ organisation.name }}}}. "
                "Tu cita es {{ data.when|mañana }}. Responde aquí si necesitas otra hora.",
            ),
        ),
    ),
    Starter(
        "documents-whatsapp",
        "Asks for a paper where people have their camera at hand",
        Label("Document request", "whatsapp"),
        (
            Draft(
                "en",
                text=f"Hello {NAME_EN}, we still need {{{{ data.document|a document }}}} from you. A photo is enough: "
                "just send it here. Thank you! {{ sender.name }}",
            ),
            Draft(
                "es",
                text=f"Hola, {NAME_ES}: aún nos falta {{{{ data.document|un documento }}}}. Basta una foto: envíala por "
                "aquí. ¡Gracias! {{ sender.name }}",
            ),
        ),
    ),
)  # fmt: skip

#: What an empty one begins with, by channel.
BLANK: dict[str, Draft] = {
    "email": _mail("en", "", "", _heading("Hello {{ contact.first_name|there }}"), _text("")),
    "sms": Draft("en", text=""),
    "whatsapp": Draft("en", text=""),
}


def starter(slug: str) -> Starter | None:
    return next((one for one in STARTERS if one.slug == slug), None)
