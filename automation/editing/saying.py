"""What the cards and ways of the builder are called. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from automation.editing.happenings import event_words
from automation.editing.raw import by_id, finished, model_of, ways
from automation.engine.spans import span_words

_FIELD = re.compile(r"\{\{\s*([\w.]+)[^{}]*\}\}")

#: The names of the groups in the palette, in order.
GROUPS = (
    ("message", "Write to them"),
    ("wait", "Wait"),
    ("decide", "Decide"),
    ("do", "Do something"),
    ("flow", "End or go elsewhere"),
)
TRIGGER_GROUPS = (
    ("usual", "Most often"),
    ("contact", "Something about the contact"),
    ("record", "Deals, documents, invoices, follow-ups"),
    ("message", "Messages"),
    ("outside", "From outside"),
    ("time", "A date or a time"),
    ("hand", "By hand"),
)

#: The triggers that most people come for; they stand first instead of in their group.
USUAL_TRIGGERS = ("form_submitted", "contact_created", "tag_added", "deal_stage_changed", "invoice_overdue", "manual")

#: What the name of a kind does not say by itself; the palette is searched by these words too.
HINTS = {
    "send_message": "whichever way reaches them",
    "wait": "some days or hours",
    "wait_until": "a date or a time of day",
    "wait_for_event": "a reply, a payment, a document",
    "branch": "different ways for different people",
    "split": "half this way, half that way",
    "create_followup": "a call or task for a colleague",
    "complete_followups": "those of this automation",
    "notify": "a notice, not to the client",
    "escalate": "to whoever leads the owner",
    "go_to": "a step that is there already",
    "log_attempt": "as if a colleague had tried",
    "webhook": "tell another program",
    "manual": "somebody puts them in",
    "api": "another program puts them in",
    "custom_event": "what another program tells",
    "days_inactive": "nothing heard for some days",
    "not_replied_within": "no answer for some days",
    "schedule": "each week or month",
}


def heading(step: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """The two lines of a step's card; `names` are those of the records that its settings name, by setting."""
    model, whole = model_of(step), finished(step)
    said = ", ".join(dict.fromkeys(name for name in names.values() if name))
    if whole is None:
        return model.title, said
    kind = step["kind"]
    if kind == "wait":
        return f"Wait {whole.words()}", said
    if kind == "wait_for_event" and step.get("events"):
        events = " or ".join(dict.fromkeys(event_words(one["event"]) for one in step["events"]))
        return f"Wait for {events}", f"up to {span_words(whole.amount, whole.unit)}"  # type: ignore[attr-defined]
    if kind == "branch" and len(step.get("choices", ())) == 1 and step["choices"][0].get("label"):
        return "If", step["choices"][0]["label"]
    return model.title, readable(" · ".join(one for one in (said, whole.words()) if one))


def readable(text: str) -> str:
    """A text with its merge fields as a person reads them: "Call {{ contact.first_name|them }}" is "Call [first name]"."""
    return _FIELD.sub(lambda found: f"[{found[1].rpartition('.')[2].replace('_', ' ')}]", text)


def way_words(step: Mapping[str, Any], way: str, label: str) -> str:
    """What is written on a way."""
    choices = step.get("choices") or []
    if step["kind"] == "branch" and len(choices) == 1:
        return "no" if way == "else" else "yes"
    if step["kind"] == "branch":
        return label if way == "else" or label != "yes" else f"way {[one['name'] for one in choices].index(way) + 1}"
    if step["kind"] == "wait_for_event" and way == "happened" and step.get("events"):
        return " or ".join(dict.fromkeys(event_words(one.get("event", "")) for one in step["events"]))
    return label


def is_hopeful(step: Mapping[str, Any], way: str) -> bool:
    """Whether a way is the one that is hoped for, and drawn so."""
    out = ways(step)
    return step["kind"] in ("branch", "wait_for_event", "create_followup") and bool(out) and way == out[0].name


def step_words(definition: Mapping[str, Any], step: str) -> str:
    """A step in one line, for lists and messages: "Wait 2 days"."""
    found = by_id(definition).get(step)
    return heading(found, {})[0] if found else "a step"
